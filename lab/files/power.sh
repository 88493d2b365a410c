#!/bin/sh
# shutdown, halt, poweroff and reboot of a lab server. Without -f they ask PID 1 for an orderly
# shutdown; with -f the power goes at this instant: nothing is told and nothing is flushed.
request=halt
force=
case ${0##*/} in
reboot) request=reboot ;;
esac
for word in "$@"
do
	case $word in
	-f | -ff | --force) force=yes ;;
	-r | --reboot) request=reboot ;;
	-h | -H | -P | -p | --halt | --poweroff) request=halt ;;
	-n | --no-sync | now | +0) ;;
	*)
		echo "usage: shutdown -h|-r now, halt [-f], poweroff [-f], reboot [-f]" >&2
		exit 1
		;;
	esac
done

if [ -n "$force" ]
then
	# Nothing goes on while the chassis hears it.
	kill -STOP -1
	case $request in
	reboot) echo reset 1<>/dev/lab-power ;;
	*) echo off 1<>/dev/lab-power ;;
	esac
	exec sleep 60
fi
echo "$request" >/run/power-request
kill -INT 1
