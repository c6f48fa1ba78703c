# shellcheck shell=bash disable=SC2154  # what is not set here is set by deployment_yarn_docker.sh
# From images to a node that was proven.

start() { # [again]
  ensure_settings
  check_node
  have_images "${1:-}"
  begin "${1:-}"
  ensure_environment
  ensure_class_archives
  prove
  say "ready; this is for Kubernetes, and again by: bash deployment_yarn_docker.sh kubernetes"
  tell_kubernetes
}

begin() { # [again]
  local options=(-d --no-deps)
  # Podman-compose sees no other image behind the same name.
  [[ ${1:-} != again ]] || options+=(--force-recreate)
  quietly "Making the state's folders" compose run --rm --no-deps -T folders
  ensure_certificate
  if uses_postgresql; then
    quietly "Starting the database" compose up -d --no-deps database
    wait_for database
  fi
  quietly "Preparing the database" compose run --rm --no-deps -T schema
  say "starting ..."
  quietly "Starting" compose up "${options[@]}" api-server worker gateway
  wait_for api-server
  wait_for gateway
  wait_for worker
}

ensure_certificate() {
  [[ -n $(setting EDGE_TLS) ]] || return 0
  local names=()
  IFS=, read -ra names <<<"$(setting EDGE_NAMES)"
  say "certificate for $(setting EDGE_ADDRESS) ${names[*]}"
  quietly "Making the certificate" compose run --rm --no-deps -T --entrypoint python gateway \
    -m kubeyard_gateway.certificates /var/lib/kubeyard/tls "$(setting EDGE_ADDRESS)" "${names[@]}" \
    --authority /var/lib/kubeyard/public/edge-ca.crt
}

ensure_environment() {
  say "the default kernel environment ..."
  engine exec "$(container api-server)" python -m kubeyard_api ensure-default-environment 2>&1 | indented ||
    fail "The default kernel environment could not be built. What the worker says: bash deployment_yarn_docker.sh logs worker"
}

# Half a minute of YARN, once for each Spark and version: kernels start sooner, and work without.
ensure_class_archives() {
  local mark
  [[ $(setting GATEWAY_CLASS_ARCHIVES 1) == 1 ]] || return 0
  mark=/var/lib/kubeyard/gateway/class-archives-$(cat "$settings" "$clone/docker-compose.yml" | cksum | tr ' ' -)
  engine exec "$(container gateway)" test -e "$mark" && return
  say "class archives, which let kernels start sooner ..."
  if engine exec "$(container gateway)" python -m kubeyard_kernelspecs class-archives 2>&1 | indented; then
    engine exec "$(container gateway)" touch "$mark"
  else
    say "kernels start without them, some seconds later; the next start tries again"
  fi
}

prove() {
  say "proving it by a small kernel ..."
  engine exec "$(container gateway)" python -m kubeyard_gateway.prove \
    --user "$(setting PROVE_USER "$(setting SERVICE_USER kubeyard)")" 2>&1 | indented ||
    fail "The services run, but a kernel does not. The gateway's log: bash deployment_yarn_docker.sh logs gateway"
}
