# show_memory PROC: in a mount namespace of a sandbox's own, shows at PROC/meminfo what its control group $memory allows. On Lambda
# it has a machine of its own, whose memory is that of the function.
show_memory() {
  read -r bytes <"$memory/memory.limit_in_bytes"
  info=/tmp/lithops-meminfo-$$
  printf 'MemTotal: %d kB\nMemFree: %d kB\nMemAvailable: %d kB\n' $((bytes / 1024)) $((bytes / 2048)) $((bytes / 2048)) >"$info"
  /usr/bin/mount --bind "$info" "$1/meminfo"
  /usr/bin/rm "$info"
}
