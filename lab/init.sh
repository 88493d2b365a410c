#!/bin/bash
# PID 1 of a server: starts what a boot starts, starts kagamid again when it dies, collects
# orphans (bash does, as it waits), and takes the server down in order when power.sh asks.
#
# It ends with 10 to stay off and with 11 to be started again; the chassis reads that.
#
# Signals: INT = look into /run/power-request; USR1 = start the cluster (a held boot).

kagamid=/opt/kagami/bin/kagamid
keeper=

known_mounts=' '
while read -r id _
do
	known_mounts+="$id "
done </proc/self/mountinfo

wants_cluster() {
	[ -e /etc/kagami/cluster.yaml ] || return 1
	[ ! -e /etc/kagami/autostart ] || grep -q auto /etc/kagami/autostart
}

keep_kagamid() {
	trap - INT USR1
	until "$kagamid" >>/var/log/kagamid.log 2>&1
	do
		sleep 0.2
	done
}

start_cluster() {
	if [ -z "$keeper" ] && wants_cluster
	then
		keep_kagamid &
		keeper=$!
	fi
}

unmount_added() {
	local id point
	local -a points=()
	while read -r id _ _ _ point _
	do
		[[ $known_mounts == *" $id "* ]] || points=("$(printf '%b' "$point")" "${points[@]}")
	done </proc/self/mountinfo
	for point in "${points[@]}"
	do
		timeout 20 umount "$point"
	done
}

others_run() {
	local entry
	for entry in /proc/[0-9]*
	do
		[ "$entry" = /proc/1 ] || return 0
	done
	return 1
}

wait_for_others() {
	local left=$1
	while others_run && [ "$left" -gt 0 ]
	do
		sleep 0.05
		left=$((left - 1))
	done
}

go_down() {
	local request
	read -r request </run/power-request
	trap '' INT USR1
	if [ -n "$keeper" ]
	then
		# From here on a kagamid that ends is not started again.
		kill -KILL "$keeper"
		timeout 120 "$kagamid" leave
	fi
	unmount_added
	kill -TERM -1 2>/dev/null
	wait_for_others 40
	unmount_added
	kill -KILL -1 2>/dev/null
	wait_for_others 20
	unmount_added
	[ "$request" = reboot ] && exit 11
	exit 10
}

trap go_down INT
trap start_cluster USR1
echo up 1<>/dev/lab-power
[ -n "$LAB_HOLD" ] || start_cluster
while :
do
	sleep infinity &
	wait $!
done
