#!/bin/sh
# Runs the proxy. Its settings, from the environment:
#   KUBEYARD_HUB_PROXY_TOKEN_FILE   what the Hub proves itself with, on the port 8001 that it sets routes by
#   KUBEYARD_HUB_CONNECT_URL        the Hub, which answers for whatever has no route
# Arguments are handed on to configurable-http-proxy.
set -eu

fail() {
  echo "kubeyard-proxy: $1" >&2
  exit 2
}

file=${KUBEYARD_HUB_PROXY_TOKEN_FILE:-}
[ -n "$file" ] || fail "KUBEYARD_HUB_PROXY_TOKEN_FILE is not set; name the file that holds the token"
[ -r "$file" ] || fail "KUBEYARD_HUB_PROXY_TOKEN_FILE: $file cannot be read; write the token there"
# Not as an argument: every account of a machine sees those.
CONFIGPROXY_AUTH_TOKEN=$(cat "$file")
[ -n "$CONFIGPROXY_AUTH_TOKEN" ] || fail "KUBEYARD_HUB_PROXY_TOKEN_FILE: $file is empty; write the token there"
export CONFIGPROXY_AUTH_TOKEN

# An empty address is every one of the pod's, of whichever family. The node becomes process 1 and hears SIGTERM.
exec node "$(dirname "$0")/node_modules/configurable-http-proxy/bin/configurable-http-proxy" \
  --ip= --port=8000 --api-ip= --api-port=8001 \
  --default-target="$KUBEYARD_HUB_CONNECT_URL" --error-target="$KUBEYARD_HUB_CONNECT_URL/hub/error" "$@"
