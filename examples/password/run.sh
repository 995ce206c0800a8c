#!/bin/sh
# The password grant: see README.md. `run.sh stay` leaves the gateway running afterwards.
set -eu
cd "$(dirname "$0")"
. ../common.sh
start . --users users.yaml

say "the client app"
TERMINAL_SECRET=$(new_secret)
export TERMINAL_SECRET
tykctl client apply clients.yaml

say "the client has asked the user for name and password, and exchanges them"
want 400 $gateway/timesheets/oauth/token -u "terminal:$TERMINAL_SECRET" -d grant_type=password -d username=alice -d password=wrong
wrong=$(field error_description)
want 400 $gateway/timesheets/oauth/token -u "terminal:$TERMINAL_SECRET" -d grant_type=password -d username=nobody -d password=wrong
[ "$wrong" = "$(field error_description)" ] || die "the answer tells who has an account"
want 401 $gateway/timesheets/oauth/token -u terminal:wrong -d grant_type=password -d username=alice --data-urlencode 'password=correct horse battery staple'
want 200 $gateway/timesheets/oauth/token -u "terminal:$TERMINAL_SECRET" -d grant_type=password -d username=alice --data-urlencode 'password=correct horse battery staple'
token=$(field access_token)
refresh=$(field refresh_token)
want 200 $gateway/timesheets/hours -H "Authorization: Bearer $token"

say "the password is forgotten by now: the refresh token goes on"
want 200 $gateway/timesheets/oauth/token -u "terminal:$TERMINAL_SECRET" -d grant_type=refresh_token -d "refresh_token=$refresh"
want 200 $gateway/timesheets/hours -H "Authorization: Bearer $(field access_token)"

say "users can be added while the gateway runs, as in Tyk: a key with basic_auth_data"
want 200 $gateway/tyk/keys/bob -H "X-Tyk-Authorization: $secret" -d '{"basic_auth_data": {"password": "open sesame"}}'
want 200 $gateway/timesheets/oauth/token -u "terminal:$TERMINAL_SECRET" -d grant_type=password -d username=bob --data-urlencode 'password=open sesame'
want 200 $gateway/timesheets/hours -H "Authorization: Bearer $(field access_token)"

finish "$@"
