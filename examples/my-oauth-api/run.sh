#!/bin/sh
# Starts the echo upstream and the gateway with this example, and says what to try. Run it through `make run`, which builds both programs
# first. Everything that lasts is below .run/, which may be deleted at any time.
set -eu
cd "$(dirname "$0")/../.."
data=.run/my-oauth-api

bin/echo & echo_pid=$!
trap 'kill "$echo_pid" 2>/dev/null || true' EXIT
trap 'exit 0' INT TERM

cat <<EOF
Try, in another terminal (the gateway secret is in $data/gateway-secret):

  curl -s http://127.0.0.1:8080/tyk/oauth/clients/create -H "X-Tyk-Authorization: \$(cat $data/gateway-secret)" -d '{"api_id": "my-oauth-api", "redirect_uri": "http://127.0.0.1:9000/callback"}'
  curl -s http://127.0.0.1:8080/my-oauth-api/oauth/token -u CLIENT_ID:CLIENT_SECRET -d grant_type=client_credentials

or, for a user in a browser (name dev, password dev):

  bin/tykctl client create --secret-file $data/gateway-secret --api my-oauth-api --id spa --public --redirect-uri http://127.0.0.1/callback
  bin/tykctl oauth login --api http://127.0.0.1:8080/my-oauth-api --client-id spa

The rest, with the authorization code flow, is in examples/my-oauth-api/README.md. Ctrl-C stops.

EOF
bin/tykctl serve examples/my-oauth-api --listen 127.0.0.1:8080 --data-dir "$data" --dev
