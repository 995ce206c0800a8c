# Read by the run.sh of each example: starts the upstream and the gateway, sends requests with curl, and ends as soon as an answer is not
# the promised one. Everything that lasts is below .run/, which may be deleted at any time.
# shellcheck shell=sh
root=$(cd .. && cd .. && pwd)
name=$(basename "$PWD")
bin=${BIN:-$root/bin}           # where tykctl, echo and identity-server are; without BIN they are built first
data=${DATA:-$root/.run/$name}  # the gateway's data directory
gateway=http://127.0.0.1:8080
pids=

[ -n "${BIN:-}" ] || make -s -C "$root" build
rm -rf "$data"
mkdir -p "$data"

stop() {
	trap - EXIT
	# shellcheck disable=SC2086 # several words
	[ -z "$pids" ] || kill $pids 2>/dev/null || true
	wait
}
trap stop EXIT
trap 'exit 130' INT TERM

say() { printf '\n# %s\n' "$*"; }

die() {
	printf '%s: %s\n' "$name" "$*" >&2
	exit 1
}

shown() { # shown COMMAND...: prints a command as one would type it
	printf '$'
	for word; do
		case $word in
		*[!A-Za-z0-9_./:=@%+,-]* | '') printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	printf '\n'
}

background() { # background LOG COMMAND...: runs until the example ends
	log=$1
	shift
	"$@" >"$data/$log" 2>&1 &
	pids="$pids $!"
}

await() { # await LOG URL: waits until the program that was started last answers
	tries=0
	until curl -s -o /dev/null "$2"; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || break
		sleep 0.1
	done
	if [ $tries = 100 ] || ! kill -0 "${pids##* }" 2>/dev/null; then # somebody else may have the address
		cat "$data/$1" >&2
		die "$2 does not answer"
	fi
}

start() { # start ARGUMENT...: the upstream, and `tykctl serve`
	background echo.log "$bin/echo" -listen 127.0.0.1:8081
	await echo.log http://127.0.0.1:8081/
	say "the gateway, with its upstream on 127.0.0.1:8081"
	shown tykctl serve "$@" --listen 127.0.0.1:8080 --data-dir "$data"
	background gateway.log "$bin/tykctl" serve "$@" --listen 127.0.0.1:8080 --data-dir "$data"
	await gateway.log $gateway/readyz
	secret=$(cat "$data/gateway-secret")
}

tykctl() { # tykctl ARGUMENT...: with the secret of this gateway
	shown tykctl "$@"
	TYKCTL_SECRET=$secret "$bin/tykctl" "$@" --gateway $gateway
}

new_secret() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; } # of a client; 64 hexadecimal digits

want() { # want STATUS CURL-ARGUMENT...: sends a request, shows the answer, and ends everything unless it has this status
	status=$1
	shift
	shown curl -i "$@"
	got=$(curl -sS -i -o "$data/answer" -w '%{http_code}' "$@") || die "no answer"
	tr -d '\r' <"$data/answer" | sed -n -e '1,/^$/{/^HTTP\//s/^/  /p;/^Location:/s/^/  /p;/^Www-Auth/s/^/  /p;/^Retry-After:/s/^/  /p;d;}' -e 's/^/  /p'
	[ -z "$(tail -c 1 "$data/answer")" ] || echo
	[ "$got" = "$status" ] || die "status $got, want $status"
}

field() { # field NAME: a member of the last answer, a string in JSON
	tr -d '\r' <"$data/answer" | sed -n "s/.*\"$1\": *\"\\([^\"]*\\)\".*/\\1/p" | head -n 1
}

header() { # header NAME: of the last answer, in the letters that the gateway sends
	tr -d '\r' <"$data/answer" | sed -n -e '/^$/q' -e "s/^$1: //p" | head -n 1
}

parameter() { # parameter NAME: of the URL on standard input
	sed -n "s/.*[?&]$1=\\([^&]*\\).*/\\1/p"
}

contains() { grep -q -- "$1" "$data/answer" || die "the answer does not contain $1"; }

finish() { # finish "$@": the end of a run.sh; with the argument "stay" everything goes on until Ctrl-C
	if [ "${1:-}" = stay ]; then
		say "everything goes on at $gateway; the gateway secret is in $data/gateway-secret; Ctrl-C stops"
		wait
	fi
	printf '\n%s: ok\n' "$name"
}
