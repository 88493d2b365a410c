#!/bin/bash
# The first moment of a server: runs as PID 1 of its fresh namespaces, builds the file tree that
# the server sees, moves into it, and becomes init.sh.
#
# The tree is the host's, read-only, with a private copy-on-write layer over the folders that a
# server writes to. Those layers live in the lab's folder and outlast a power cut, as a system
# disk does. Everything mounted here is seen by this server alone and vanishes with it.
set -eu
umask 022

read -r host_pid _ </proc/self/stat
echo "$host_pid" >"$LAB_FOLDER/run/pid"
hostname "$LAB_NAME"
sh "$LAB_FOLDER/run/network.sh"

root=$LAB_FOLDER/root
mkdir -p "$root"
mount --bind / "$root"
mount -o remount,bind,ro "$root"

for part in etc var mnt usr root home opt
do
	layer=$LAB_FOLDER/layers/$part
	lower=/$part
	mkdir -p "$layer/upper" "$layer/work" "$layer/plain" "$layer/empty"
	case $LAB_FOLDER/ in
	"/$part"/*)
		# The kernel refuses an upper layer that lies inside the lower one; seen through
		# a layer in between, it does not. That layer needs a second, empty one.
		mount -t tmpfs empty "$layer/empty"
		mount -t overlay -o "lowerdir=/$part:$layer/empty" overlay "$layer/plain"
		lower=$layer/plain
		;;
	esac
	mount -t overlay -o "lowerdir=$lower,upperdir=$layer/upper,workdir=$layer/work" \
		overlay "$root/$part"
done
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir "$root/run/lock"

mount -t tmpfs -o mode=755 dev "$root/dev"
node() {
	mknod -m "$2" "$root/dev/$1" "$3" "$4" "$5"
}
node null 666 c 1 3
node zero 666 c 1 5
node full 666 c 1 7
node random 666 c 1 8
node urandom 666 c 1 9
node tty 666 c 5 0
node fuse 600 c 10 229
node kmsg 600 c 1 3
node fd0 600 b 7 "$LAB_FLOPPY"
for disk in $LAB_DISKS
do
	node "${disk%:*}" 600 b 7 "${disk#*:}"
done
for loop in $LAB_LOOPS
do
	node "loop$loop" 600 b 7 "$loop"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
touch "$root/dev/lab-power"
mount --bind "$LAB_FOLDER/run/power" "$root/dev/lab-power"
mkdir "$root/dev/lab-device"
mount --bind "$LAB_FOLDER/run/device" "$root/dev/lab-device"
mount -o remount,bind,ro "$root/dev/lab-device"

# What belongs to the host is hidden or read-only; the settings of the server's own network are
# its own. The two servers share a kernel, so each power-on gives each a boot id of its own.
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
mount -o remount,bind,rw "$root/proc/sys/net"
mount --bind "$LAB_FOLDER/run/boot-id" "$root/proc/sys/kernel/random/boot_id"
for file in sysrq-trigger kcore kmsg
do
	[ ! -e "$root/proc/$file" ] || mount --bind "$root/dev/null" "$root/proc/$file"
done
mount -t sysfs -o ro sysfs "$root/sys"
[ ! -d "$root/sys/fs/fuse/connections" ] ||
	mount -t fusectl fusectl "$root/sys/fs/fuse/connections"

mkdir -p "$root/opt/kagami"
mount --bind "$LAB_CHECKOUT" "$root/opt/kagami"
mount -o remount,bind,ro "$root/opt/kagami"

if [ ! -e "$LAB_FOLDER/furnished" ]
then
	bash "$LAB_CHECKOUT/lab/furnish.sh" "$root"
	touch "$LAB_FOLDER/furnished"
fi

cd "$root"
pivot_root . .
umount -l .
cd /
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 LAB_HOLD="$LAB_HOLD" \
	setpriv --bounding-set -sys_time,-sys_boot,-sys_module,-sys_rawio \
	bash /opt/kagami/lab/init.sh
