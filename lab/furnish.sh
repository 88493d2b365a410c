#!/bin/bash
# What is put on a server's system disk before its first boot: the product's commands, the power
# commands of the lab, Apache as in the HOWTO, and the cluster definition. Argument: the root.
set -eu
root=$1
files=$LAB_CHECKOUT/lab/files

for program in "$LAB_CHECKOUT"/bin/*
do
	[ ! -e "$program" ] || ln -sf "/opt/kagami/bin/${program##*/}" "$root/usr/bin/${program##*/}"
done

for command in shutdown halt poweroff reboot
do
	rm -f "$root/usr/sbin/$command"
	install -m 755 "$files/power.sh" "$root/usr/sbin/$command"
done

install -m 755 "$files/fence_lab" "$root/usr/sbin/fence_lab"

rm -rf "$root/etc/httpd" "$root/var/www" "$root/var/log/httpd"
mkdir -p "$root/etc/httpd/conf" "$root/var/log/httpd" "$root/mnt/mirror"
cp "$files/httpd.conf" "$root/etc/httpd/conf/httpd.conf"
rm -f "$root/etc/init.d/httpd"
install -m 755 "$files/httpd" "$root/etc/init.d/httpd"
ln -s /mnt/mirror/www "$root/var/www"

rm -f "$root/etc/hostname" "$root/etc/hosts"
echo "$LAB_NAME" >"$root/etc/hostname"
echo "$LAB_HOSTS" >"$root/etc/hosts"

# The host itself may have the product installed; a server starts without any of it.
rm -rf "$root/etc/kagami" "$root/var/lib/kagami" "$root/var/log/kagami" "$root/var/log/kagamid.log"
mkdir -p "$root/etc/kagami"
if [ -n "$LAB_DEFINITION" ]
then
	cp -r "$LAB_DEFINITION/." "$root/etc/kagami/"
	# A private key is on its own server and nowhere else.
	mv "$LAB_CERTIFICATES"/* "$root/etc/kagami/keys/"
	chmod 700 "$root/etc/kagami/keys"
	chmod 600 "$root/etc/kagami/keys/"*
	[ ! -d "$root/etc/kagami/scripts" ] || chmod -R a+rx "$root/etc/kagami/scripts"
fi
