# usage: enter-sandbox.sh ROOT TASK OPT UNIFIED_CGROUP MEMORY_CGROUP USER TMP_MEGABYTES
# In a mount namespace of its own, a copy of the prepared one: becomes the runtime of one sandbox.
set -e
. "${0%/*}/show-memory.sh"
root=$1 task=$2 opt=$3 unified=$4 memory=$5 user=$6 megabytes=$7

echo $$ >"$unified/cgroup.procs"
echo $$ >"$memory/cgroup.procs"
/usr/bin/mount -o bind,ro,nosuid "$task" "$root/var/task"
if [ -n "$opt" ]; then /usr/bin/mount -o bind,ro,nosuid "$opt" "$root/opt"; fi
/usr/bin/mount -t tmpfs -o "size=${megabytes}m,mode=700,uid=$user,nosuid" tmp "$root/tmp"
show_memory "$root/proc"
exec /usr/sbin/chroot "--userspec=$user:$user" --groups= "$root" /bin/sh /var/runtime/bootstrap
