#!/bin/sh
# Brings what a make target needs: `modules` (the npm packages of the lock file, among them the
# Node.js version that runs everything here), `web` (the pages of the Manager, built), `lab`,
# `browser`, `bench` and `failover` (the Debian packages of lab/packages.txt, e2e/packages.txt,
# bench/packages.txt and bench/failover-packages.txt).
#
# Nothing is fetched when everything is there. Debian packages are installed only by root on
# Debian or Ubuntu; anywhere else one message names them. No daemon of a newly installed package
# is left running: a policy forbids it during the installation, and that is checked afterwards.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."

policy=/usr/sbin/policy-rc.d

fail() {
	echo "kagami: $*" >&2
	exit 1
}

installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The packages among "$@" that are not installed.
missing_of() {
	for package in "$@"; do
		installed "$package" || printf '%s ' "$package"
	done
}

installed_list() {
	dpkg-query -W -f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort
}

# Names each running program that belongs to one of the packages listed in the file $1.
daemons_of() {
	for process in /proc/[0-9]*; do
		program=$(readlink "$process/exe" 2>/dev/null) || continue
		owner=$(dpkg-query -S "$program" 2>/dev/null | sed 's/[:,].*//;q') || continue
		if [ -n "$owner" ] && grep -qxF "$owner" "$1"; then
			echo "$program (process ${process#/proc/}, package $owner)"
		fi
	done
}

install_packages() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && [ -f /etc/debian_version ] ||
		fail "these Debian packages are needed; install them, or run this as root on Debian or Ubuntu: $*"
	echo "kagami: installing Debian packages: $*"
	scratch=$(mktemp -d)
	trap 'forget_policy; rm -rf "$scratch"' EXIT
	trap 'exit 1' HUP INT TERM
	own_policy=no
	if [ ! -e "$policy" ]; then
		own_policy=yes
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	installed_list >"$scratch/before"
	{ apt_get update && apt_get install --no-install-recommends "$@"; } >"$scratch/log" 2>&1 || {
		cat "$scratch/log" >&2
		fail "the Debian packages could not be installed (the reason stands above): $*"
	}
	installed_list >"$scratch/after"
	comm -13 "$scratch/before" "$scratch/after" >"$scratch/new"
	started=$(daemons_of "$scratch/new")
	[ -z "$started" ] || fail "the installation started programs that must not run; stop them: $started"
	forget_policy
	trap - EXIT
	rm -rf "$scratch"
}

apt_get() {
	DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 "$@"
}

forget_policy() {
	if [ "${own_policy:-no}" = yes ]; then
		rm -f "$policy"
		own_policy=no
	fi
}

prepare_modules() {
	[ "$(uname -s) $(uname -m)" = 'Linux x86_64' ] || fail 'this needs Linux on x86-64.'
	if [ -x node_modules/.bin/node ] && [ node_modules/.package-lock.json -nt package-lock.json ]; then
		return
	fi
	command -v npm >/dev/null || install_packages nodejs npm
	echo 'kagami: installing the npm packages of the lock file'
	npm ci --no-fund --no-audit --loglevel=error ||
		fail 'npm ci failed (the reason stands above); check the network and run this again.'
	touch node_modules/.package-lock.json
}

# Anew when a source is younger than the pages, or has gone.
prepare_web() {
	sources="src/web src/messages src/api.ts vite.config.ts package-lock.json"
	# shellcheck disable=SC2086 # one word a source
	if [ -f dist/web/index.html ] && [ -z "$(find $sources -newer dist/web/index.html | head -n 1)" ]; then
		return
	fi
	echo 'kagami: building the pages of the Manager'
	PATH="$PWD/node_modules/.bin:$PATH" npm run --silent build ||
		fail 'the pages of the Manager could not be built (the reason stands above).'
}

prepare_lab() {
	[ "$(id -u)" = 0 ] || fail 'the lab makes network namespaces and mounts; run this as root.'
	prepare_packages lab/packages.txt
}

# The Debian packages that the file $1 lists.
prepare_packages() {
	packages=$(sed 's/#.*//' "$1") || exit 1
	# shellcheck disable=SC2086 # one word a package
	missing=$(missing_of $packages)
	# shellcheck disable=SC2086
	[ -z "$missing" ] || install_packages $missing
}

for need in "$@"; do
	case $need in
	modules) prepare_modules ;;
	web) prepare_web ;;
	lab) prepare_lab ;;
	browser) prepare_packages e2e/packages.txt ;;
	bench) prepare_packages bench/packages.txt ;;
	failover) prepare_packages bench/failover-packages.txt ;;
	*) fail "prepare.sh: unknown need: $need" ;;
	esac
done
