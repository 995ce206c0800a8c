#!/bin/sh
# Policies, and keys beside access tokens: see README.md. `run.sh stay` leaves the gateway running afterwards.
set -eu
cd "$(dirname "$0")"
. ../common.sh
cp policies.json "$data/policies.json" # to be edited below
start . --policies "$data/policies.json"

say "the client app, with the policy partner"
SUPPLIER_SECRET=$(new_secret)
export SUPPLIER_SECRET
tykctl client apply clients.yaml

say "an access token of the API orders opens what the policy names, and no other API"
want 200 $gateway/orders/oauth/token -u "supplier:$SUPPLIER_SECRET" -d grant_type=client_credentials
token=$(field access_token)
want 200 $gateway/orders/orders -H "Authorization: Bearer $token"
want 200 $gateway/invoices/invoices/7 -H "Authorization: Bearer $token"
want 403 $gateway/salaries/salaries -H "Authorization: Bearer $token"
want 403 $gateway/invoices/invoices/7 -H "Authorization: Bearer $token" -X DELETE

say "five requests an hour, on all of its APIs together"
want 200 $gateway/orders/orders -H "Authorization: Bearer $token"
want 200 $gateway/invoices/invoices/8 -H "Authorization: Bearer $token"
want 200 $gateway/orders/orders -H "Authorization: Bearer $token"
want 429 $gateway/orders/orders -H "Authorization: Bearer $token"
[ "$(header Retry-After)" -gt 0 ] || die "nobody says when to come back"
want 429 $gateway/invoices/invoices/8 -H "Authorization: Bearer $token"

say "a new policy reaches tokens that have been issued: fifty requests an hour"
sed 's/"rate": 5,/"rate": 50,/' policies.json >"$data/policies.json"
want 200 "$gateway/tyk/reload?block=true" -H "X-Tyk-Authorization: $secret"
want 200 $gateway/orders/orders -H "Authorization: Bearer $token"

say "a key is no client's: whoever has it calls the API, two times a day by the policy trial"
want 200 $gateway/tyk/keys/create -H "X-Tyk-Authorization: $secret" -d '{"apply_policies": ["trial"]}'
key=$(field key)
want 200 $gateway/invoices/invoices -H "Authorization: $key"
[ "$(header X-Ratelimit-Remaining)" = 1 ] || die "the answer does not tell what is left"
want 200 $gateway/invoices/invoices -H "Authorization: $key"
want 429 $gateway/invoices/invoices -H "Authorization: $key"

say "it opens nothing else, and ends when it is deleted"
want 403 $gateway/salaries/salaries -H "Authorization: $key"
want 401 $gateway/orders/orders -H "Authorization: Bearer $key"
want 200 "$gateway/tyk/keys/$key" -H "X-Tyk-Authorization: $secret" -X DELETE
want 401 $gateway/invoices/invoices -H "Authorization: $key"

finish "$@"
