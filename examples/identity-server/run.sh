#!/bin/sh
# An identity server of one's own: see README.md. `run.sh stay` leaves everything running afterwards.
set -eu
cd "$(dirname "$0")"
. ../common.sh
start .

say "the client app"
PLANNER_SECRET=$(new_secret)
export PLANNER_SECRET
tykctl client apply clients.yaml

say "the identity server; it has the gateway secret"
shown identity-server -listen 127.0.0.1:8082 -gateway $gateway -secret-file "$data/gateway-secret"
background identity.log "$bin/identity-server" -listen 127.0.0.1:8082 -gateway $gateway -secret-file "$data/gateway-secret"
await identity.log http://127.0.0.1:8082/login

begin() { # the client sends its user's browser to the gateway, which sends it on to the login page; sets cookie and handle
	want 307 -G $gateway/calendar/oauth/authorize -d response_type=code -d client_id=planner \
		--data-urlencode redirect_uri=http://127.0.0.1:9000/callback -d scope=events:read -d state=af0ifjsldkj
	login=$(header Location)
	case $login in http://127.0.0.1:8082/login\?*) ;; *) die "the browser is sent elsewhere" ;; esac
	shown curl -i "$login"
	curl -sS -i "$login" -o "$data/answer"
	contains 'Trip planner'
	cookie=$(header Set-Cookie | sed 's/;.*//')
	handle=$(sed -n 's/.*name="handle" value="\([^"]*\)".*/\1/p' "$data/answer")
}

say "the user does not agree"
begin
want 303 http://127.0.0.1:8082/login -H "Cookie: $cookie" -d "handle=$handle" -d decision=deny
[ "$(header Location | parameter error)" = access_denied ] || die "the client is not told"
[ "$(header Location | parameter iss)" ] || die "the client cannot know from whom this is"

say "the user agrees; a wrong password is refused first"
begin
shown curl -i http://127.0.0.1:8082/login -d name=alice -d password=wrong -d decision=allow ...
[ "$(curl -sS -o "$data/answer" -w '%{http_code}' http://127.0.0.1:8082/login -H "Cookie: $cookie" -d "handle=$handle" -d name=alice -d password=wrong \
	-d decision=allow)" = 403 ] || die "a wrong password is not refused"
want 303 http://127.0.0.1:8082/login -H "Cookie: $cookie" -d "handle=$handle" -d name=alice --data-urlencode 'password=correct horse battery staple' \
	-d decision=allow
back=$(header Location)
[ "$(echo "$back" | parameter state)" = af0ifjsldkj ] || die "another state"

say "the client exchanges the code"
want 200 $gateway/calendar/oauth/token -u "planner:$PLANNER_SECRET" -d grant_type=authorization_code -d "code=$(echo "$back" | parameter code)" \
	--data-urlencode redirect_uri=http://127.0.0.1:9000/callback
want 200 $gateway/calendar/events -H "Authorization: Bearer $(field access_token)"

say "the page sends nobody to an address that is not registered"
[ "$(curl -sS -o "$data/answer" -w '%{http_code}' 'http://127.0.0.1:8082/login?client_id=planner&redirect_uri=https%3A%2F%2Fevil.example.com%2F')" = 400 ] ||
	die "an unregistered redirect URI is accepted"

finish "$@"
