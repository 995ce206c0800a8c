#!/bin/sh
# Authorization code with PKCE: see README.md. `run.sh stay` leaves the gateway running afterwards.
set -eu
cd "$(dirname "$0")"
. ../common.sh
start . --dev

say "two client apps: one public, one with a secret"
ALBUM_SECRET=$(new_secret)
export ALBUM_SECRET
tykctl client apply clients.yaml

# The pair of RFC 7636, appendix B. A client makes a new one for each request: challenge = base64url(SHA-256(verifier)).
verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk
challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM

agree() { # agree CLIENT REDIRECT_URI: what the client's user does in a browser; sets code
	want 307 -G $gateway/photos/oauth/authorize -d response_type=code -d "client_id=$1" --data-urlencode "redirect_uri=$2" \
		-d scope=photos:read -d state=af0ifjsldkj -d "code_challenge=$challenge" -d code_challenge_method=S256
	page=$gateway$(header Location)
	shown curl -i "$page"
	curl -sS -i "$page" -o "$data/answer"
	contains 'Sign in to Photos'
	cookie=$(header Set-Cookie | sed 's/;.*//')
	request=$(sed -n 's/.*name="request" value="\([^"]*\)".*/\1/p' "$data/answer")
	want 303 $gateway/dev/login/photos -H "Cookie: $cookie" -d "request=$request" -d username=dev -d password=dev -d decision=allow
	back=$(header Location)
	case $back in "$2?"*) ;; *) die "the browser is sent elsewhere" ;; esac
	[ "$(echo "$back" | parameter state)" = af0ifjsldkj ] || die "another state"
	code=$(echo "$back" | parameter code)
}

say "the public client: the browser goes to the login page and comes back with a code; the client had chosen the port"
agree printer http://127.0.0.1:9001/callback

say "the code is worth nothing without the code verifier, whoever has seen it on its way"
want 400 $gateway/photos/oauth/token -d grant_type=authorization_code -d client_id=printer -d "code=$code" \
	--data-urlencode redirect_uri=http://127.0.0.1:9001/callback
want 200 $gateway/photos/oauth/token -d grant_type=authorization_code -d client_id=printer -d "code=$code" \
	--data-urlencode redirect_uri=http://127.0.0.1:9001/callback -d "code_verifier=$verifier"
token=$(field access_token)
want 200 $gateway/photos/photos -H "Authorization: Bearer $token"

say "a code that comes twice was stolen: what it was exchanged for ends"
want 400 $gateway/photos/oauth/token -d grant_type=authorization_code -d client_id=printer -d "code=$code" \
	--data-urlencode redirect_uri=http://127.0.0.1:9001/callback -d "code_verifier=$verifier"
want 401 $gateway/photos/photos -H "Authorization: Bearer $token"

say "the client with a secret shows it, too"
agree album http://127.0.0.1:9000/callback
want 401 $gateway/photos/oauth/token -u album:wrong -d grant_type=authorization_code -d "code=$code" \
	--data-urlencode redirect_uri=http://127.0.0.1:9000/callback -d "code_verifier=$verifier"
want 200 $gateway/photos/oauth/token -u "album:$ALBUM_SECRET" -d grant_type=authorization_code -d "code=$code" \
	--data-urlencode redirect_uri=http://127.0.0.1:9000/callback -d "code_verifier=$verifier"
want 200 $gateway/photos/photos -H "Authorization: Bearer $(field access_token)"

say "without PKCE a public client gets no code, and nobody is sent to an address that is not registered"
want 302 -G $gateway/photos/oauth/authorize -d response_type=code -d client_id=printer --data-urlencode redirect_uri=http://127.0.0.1:9001/callback
want 400 -G $gateway/photos/oauth/authorize -d response_type=code -d client_id=album --data-urlencode redirect_uri=http://127.0.0.1:9000/callback/evil

finish "$@"
