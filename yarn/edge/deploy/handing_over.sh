# shellcheck shell=bash disable=SC2154  # what is not set here is set by deployment_yarn_docker.sh
# What Kubernetes is told, and what an operator hands to the services.

# A values file as it stands, so that it can be kept: bash deployment_yarn_docker.sh kubernetes >edge-values.yaml
tell_kubernetes() {
  local tls=false
  [[ $(scheme) == http ]] || tls=true
  cat <<TEXT
# What Kubernetes must be told of this edge node, as values of the chart. From where kubectl and helm are:
#   bash deployment_k8s.sh $(setting EDGE_ADDRESS) --values edge-values.yaml
# Then hand the web UI's public keys to this node; until then it takes no token:
#   curl -fsS $(setting ISSUER http://127.0.0.1:5000)/jwks.json | ssh $(hostname) 'bash $clone/deployment_yarn_docker.sh keys -'
edge:
  host: $(setting EDGE_ADDRESS)
  apiPort: $(setting API_PORT 5000)
  gatewayPort: $(setting GATEWAY_PORT 8888)
  tls:
    api: $tls
    gateway: $tls
TEXT
  if $tls; then
    echo "    ca: |"
    engine exec "$(container gateway)" cat /var/lib/kubeyard/public/edge-ca.crt | sed 's/^/      /'
  fi
  cat <<TEXT
webUI:
  url: $(setting ISSUER http://127.0.0.1:5000)
TEXT
}

take() { # COMMAND FILE|- SERVICE PROGRAM...
  local command=$1 file=$2 id
  id=$(running "$3")
  shift 3
  if [[ $file == - ]]; then
    engine exec -i "$id" "$@"
  else
    [[ -r $file ]] || fail "$command wants a file that can be read, or - for standard input, not '$file'."
    engine exec -i "$id" "$@" <"$file"
  fi
}

take_keys() { take keys "$1" api-server python -m kubeyard_identity install /var/lib/kubeyard/public/jwks.json; }
take_limits() { take limits "$1" gateway python -m kubeyard_gateway.take_limits /var/lib/kubeyard/public/limits.json; }

running() { # SERVICE
  local id
  id=$(container "$1")
  [[ -n $id && $(engine inspect --format '{{.State.Status}}' "$id") == running ]] ||
    fail "The $1 does not run here. Start it: bash deployment_yarn_docker.sh"
  echo "$id"
}
