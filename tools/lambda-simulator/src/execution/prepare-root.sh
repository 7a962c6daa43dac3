# usage: prepare-root.sh FOLDER NODE UNIFIED_CGROUP MEMORY_CGROUP
# In a mount namespace of its own: makes FOLDER/root, the file system that all sandboxes see, and stays until its input
# ends, in whatever way the simulator does. Then it ends all sandboxes and removes what they had.
set -e
folder=$1 node=$2 unified=$3 memory=$4
root=$folder/root

mount --make-rprivate /
mount -t tmpfs -o mode=755 lambda "$root"
cd "$root"
mkdir -p usr etc proc dev opt tmp var/task var/runtime var/lang/bin
for name in bin sbin lib lib64; do
  if [ -L "/$name" ]; then
    ln -s "$(readlink "/$name")" "$name"
  elif [ -d "/$name" ]; then
    mkdir "$name"
    mount --bind "/$name" "$name"
    mount -o remount,bind,ro "$name"
  fi
done
touch var/lang/bin/node
mount --rbind /usr usr
mount --bind /etc etc
mount --rbind /dev dev
mount -t proc -o hidepid=2 proc proc
mount --bind "$node" var/lang/bin/node
mount --bind "$folder/runtime" var/runtime
for name in usr etc var/lang/bin/node var/runtime; do mount -o remount,bind,ro "$name"; done
cd /
mount -o remount,ro "$root"
echo ready

read -r _ || true
echo 1 >"$unified/cgroup.kill"
for cgroup in "$unified" "$memory"; do
  tries=0
  while [ -d "$cgroup" ] && [ $tries -lt 100 ]; do
    find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.05
    tries=$((tries + 1))
  done
done
umount -l "$root"
rm -rf "$folder"
