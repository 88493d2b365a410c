# Sourced by the commands in bin, with `home` set: finds the Node.js that the lock file pins
# and lets it keep compiled code, which makes a command start sooner. POSIX sh.
node=$home/node_modules/.bin/node
if [ ! -x "$node" ]; then
	case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
	ja*) echo "kagami: 準備ができていません。$home で make prepare を実行してください。" >&2 ;;
	*) echo "kagami: not prepared yet; run "make prepare" in $home first." >&2 ;;
	esac
	exit "${missing_node_status:-1}"
fi

if [ -z "${NODE_COMPILE_CACHE:-}" ]; then
	cache=${XDG_CACHE_HOME:-/var/cache}/kagami
	if [ -w "$cache" ] || mkdir -p "$cache" 2>/dev/null; then
		export NODE_COMPILE_CACHE="$cache"
	fi
fi
