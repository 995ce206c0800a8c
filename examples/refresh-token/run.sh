#!/bin/sh
# Refresh tokens: see README.md. `run.sh stay` leaves the gateway running afterwards.
set -eu
cd "$(dirname "$0")"
. ../common.sh
start .

say "the client app"
NOTEBOOK_SECRET=$(new_secret)
export NOTEBOOK_SECRET
tykctl client apply clients.yaml

begin() { # tokens of a new grant; this script plays the identity server, and the user who agrees
	want 200 $gateway/notes/tyk/oauth/authorize-client/ -H "X-Tyk-Authorization: $secret" \
		-d response_type=code -d client_id=notebook --data-urlencode redirect_uri=http://127.0.0.1:9000/callback
	want 200 $gateway/notes/oauth/token -u "notebook:$NOTEBOOK_SECRET" \
		-d grant_type=authorization_code -d "code=$(field code)" --data-urlencode redirect_uri=http://127.0.0.1:9000/callback
	access1=$(field access_token)
	refresh1=$(field refresh_token)
}

refresh() { # refresh STATUS REFRESH_TOKEN
	want "$1" $gateway/notes/oauth/token -u "notebook:$NOTEBOOK_SECRET" -d grant_type=refresh_token -d "refresh_token=$2"
}

use() { # use STATUS ACCESS_TOKEN
	want "$1" $gateway/notes/notes -H "Authorization: Bearer $2"
}

say "a grant: an access token, and a refresh token"
begin
use 200 "$access1"

say "refreshing makes both anew; the old access token ends with it"
refresh 200 "$refresh1"
access2=$(field access_token)
refresh2=$(field refresh_token)
use 401 "$access1"
use 200 "$access2"

say "the answer was lost on its way, and the client asks again: within ten seconds it is given the same one"
refresh 200 "$refresh1"
[ "$(field access_token)" = "$access2" ] || die "another answer"

say "and so on"
refresh 200 "$refresh2"
access3=$(field access_token)
refresh3=$(field refresh_token)
use 200 "$access3"

say "somebody comes with the first refresh token, whose successor has been used: it was copied, and everything of this grant ends"
refresh 400 "$refresh1"
use 401 "$access3"
refresh 400 "$refresh3"

say "other grants of the client are not concerned; its user can also end one, by either of its tokens"
begin
use 200 "$access1"
want 200 $gateway/notes/oauth/revoke -u "notebook:$NOTEBOOK_SECRET" -d "token=$refresh1"
use 401 "$access1"

finish "$@"
