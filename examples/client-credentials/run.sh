#!/bin/sh
# Client credentials: see README.md. `run.sh stay` leaves the gateway running afterwards.
set -eu
cd "$(dirname "$0")"
. ../common.sh
start .

say "the client app, with a secret that only the environment holds"
STATION_SECRET=$(new_secret)
export STATION_SECRET
tykctl client apply clients.yaml

say "without an access token there is no answer from the upstream"
want 401 $gateway/weather/forecast

say "the client proves who it is and gets an access token, here for one scope"
want 401 $gateway/weather/oauth/token -u station:wrong -d grant_type=client_credentials
want 400 $gateway/weather/oauth/token -u "station:$STATION_SECRET" -d grant_type=client_credentials -d scope=forecast:delete
want 200 $gateway/weather/oauth/token -u "station:$STATION_SECRET" -d grant_type=client_credentials -d scope=forecast:read
token=$(field access_token)

say "the access token opens what its scope opens; the upstream does not see it"
want 200 $gateway/weather/forecast -H "Authorization: Bearer $token"
! grep -q "$token" "$data/answer" || die "the upstream has seen the access token"
want 403 $gateway/weather/forecast -H "Authorization: Bearer $token" -d sunny
contains insufficient_scope

say "what it is worth, and its end"
want 200 $gateway/weather/oauth/introspect -u "station:$STATION_SECRET" -d "token=$token"
contains '"active":true'
want 200 $gateway/weather/oauth/revoke -u "station:$STATION_SECRET" -d "token=$token"
want 401 $gateway/weather/forecast -H "Authorization: Bearer $token"

finish "$@"
