# usage: enter-image.sh IMAGE UNIFIED_CGROUP MEMORY_CGROUP USER TMP_MEGABYTES WORKING_DIRECTORY COMMAND...
# In a mount namespace of its own: becomes what runs in one sandbox of a function that was made from an image.
set -e
image=$1 unified=$2 memory=$3 user=$4 megabytes=$5 directory=$6
shift 6

echo $$ >"$unified/cgroup.procs"
echo $$ >"$memory/cgroup.procs"
/usr/bin/mount --bind "$image" "$image"
/usr/bin/mount -o remount,bind,ro,nosuid "$image"
cd "$image"
/usr/bin/mount --rbind /dev dev
/usr/bin/mount -t proc -o hidepid=2 proc proc
# Its memory is that of the function; see enter-sandbox.sh.
read -r bytes <"$memory/memory.limit_in_bytes"
info=/tmp/lithops-meminfo-$$
printf 'MemTotal: %d kB\nMemFree: %d kB\nMemAvailable: %d kB\n' $((bytes / 1024)) $((bytes / 2048)) $((bytes / 2048)) >"$info"
/usr/bin/mount --bind "$info" proc/meminfo
/usr/bin/rm "$info"
for name in resolv.conf hosts; do /usr/bin/mount -o bind,ro "/etc/$name" "etc/$name"; done
/usr/bin/mount -t tmpfs -o "size=${megabytes}m,mode=700,uid=$user,nosuid" tmp tmp
exec /usr/bin/unshare "--root=$image" "--wd=$directory" "--setgid=$user" "--setuid=$user" "$@"
