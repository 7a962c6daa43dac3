# usage: enter-image.sh IMAGE UNIFIED_CGROUP MEMORY_CGROUP USER TMP_MEGABYTES WORKING_DIRECTORY COMMAND...
# In a mount namespace of its own: becomes what runs in one sandbox of a function that was made from an image.
set -e
. "${0%/*}/show-memory.sh"
image=$1 unified=$2 memory=$3 user=$4 megabytes=$5 directory=$6
shift 6

echo $$ >"$unified/cgroup.procs"
echo $$ >"$memory/cgroup.procs"
/usr/bin/mount --bind "$image" "$image"
/usr/bin/mount -o remount,bind,ro,nosuid "$image"
cd "$image"
/usr/bin/mount --rbind /dev dev
/usr/bin/mount -t proc -o hidepid=2 proc proc
show_memory proc
for name in resolv.conf hosts; do /usr/bin/mount -o bind,ro "/etc/$name" "etc/$name"; done
/usr/bin/mount -t tmpfs -o "size=${megabytes}m,mode=700,uid=$user,nosuid" tmp tmp
exec /usr/bin/unshare "--root=$image" "--wd=$directory" "--setgid=$user" "--setuid=$user" "$@"
