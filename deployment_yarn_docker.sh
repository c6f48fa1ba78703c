#!/usr/bin/env bash
# Brings Kubeyard's part of an edge node up beside a Hadoop cluster: API server, build worker and gateway, in containers.
set -euo pipefail
umask 077

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
started=$EPOCHREALTIME

usage() {
  cat <<'TEXT'
Kubeyard on the edge node of a Hadoop cluster, by docker compose or podman-compose, whichever is there.

usage: bash deployment_yarn_docker.sh [command]

  start            check the node, have the images, start, wait, prove it by a small kernel (the default; safe to repeat)
  check            only look at what the node and the cluster lack; changes nothing
  build            build the images of this folder, anew where something changed
  upgrade          as start, with images built or pulled again; kernels live on, and notebooks find them
  prove            run one small kernel with a Spark job, through everything
  keys FILE|-      take over the web UI's public keys, from a file or from standard input
  limits FILE|-    put limits on people and groups in force (docs/kernel-limits.md)
  kubernetes       print what the Kubernetes side must be told, as values of the chart
  status           one line a service, and why one is not well
  logs [SERVICE] [-f]          api-server, worker, gateway, database
  stop [--end-kernels]         stop the services; kernels live on in YARN for half an hour, unless they are ended too
  backup FILE                  database, keys, kernels' records and certificate, while everything runs
  restore FILE                 put a backup into an empty node, then start
  remove --yes                 stop, end the kernels and delete all state of this node

Settings are in .env beside this script, each explained in .env.example; the first start makes it and fills in what the
node's own configuration tells. KUBEYARD_EDGE_SETTINGS names another file, KUBEYARD_EDGE_ENGINE chooses docker or podman.
TEXT
}

fail() {
  printf 'Problem: %s\n' "$@" >&2
  exit 1
}

say() {
  local now=${EPOCHREALTIME/,/.} began=${started/,/.}
  awk -v now="$now" -v began="$began" -v text="$1" 'BEGIN { printf "%7.1f s  %s\n", now - began, text }'
}

indented() { sed 's/^/           /'; }

# ---- The engine

find_engine() {
  local wanted=${KUBEYARD_EDGE_ENGINE:-}
  [[ $wanted =~ ^(docker|podman|)$ ]] || fail "KUBEYARD_EDGE_ENGINE is '$wanted'. Set it to docker or podman."
  if [[ $wanted != podman ]] && docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1; then
    engine=docker compose=(docker compose)
  elif [[ $wanted != docker ]] && podman info >/dev/null 2>&1 && command -v podman-compose >/dev/null; then
    engine=podman compose=(podman-compose)
    check_podman_compose
  else
    explain_engine
  fi
}

# Older ones know neither ${NAME:+value} nor conditions in depends_on, and say nothing about it.
check_podman_compose() {
  local version
  version=$(podman-compose --version 2>/dev/null | sed -n 's/^podman-compose version:* *//p')
  printf '%s\n%s\n' 1.5.0 "${version:-0}" | sort --version-sort --check=quiet ||
    fail "podman-compose is ${version:-of an unknown version}, and 1.5 is needed. Install it by pip: pip install podman-compose"
}

explain_engine() {
  if docker info >/dev/null 2>&1; then
    fail "docker has no compose plug-in. Install the package docker-compose-plugin (docker-compose-v2)."
  elif podman info >/dev/null 2>&1; then
    fail "podman-compose is missing. Install it: pip install podman-compose (1.5 or later)."
  elif command -v docker >/dev/null && [[ -S /var/run/docker.sock && ! -w /var/run/docker.sock ]]; then
    fail "docker refuses this account. Run this as root, or add $(id -un) to the group docker."
  elif command -v docker >/dev/null || command -v podman >/dev/null; then
    fail "docker or podman is installed and does not answer. See \`docker info\` or \`podman info\`, and start its service."
  fi
  fail "There is neither docker nor podman on this node. Install docker with its compose plug-in, or podman and podman-compose."
}

# ---- Settings

# They come from one file alone: what a shell happens to export must not make two starts differ.
choose_settings() {
  local name
  settings=${KUBEYARD_EDGE_SETTINGS:-$clone/.env}
  [[ $settings == /* ]] || settings=$PWD/$settings
  for name in $(compgen -e KUBEYARD_ || true); do
    given+=("--env" "$name=${!name}")
    unset "$name"
  done
  export KUBEYARD_EDGE_SETTINGS=$settings
}

setting() { # NAME [DEFAULT]
  local value
  value=$(sed -n "s/^KUBEYARD_$1=//p" "$settings" | tail -n 1)
  printf '%s' "${value:-${2:-}}"
}

need_settings() {
  [[ -r $settings ]] || fail "There is no $settings. Make it: bash deployment_yarn_docker.sh check"
}

ensure_settings() {
  [[ ! -e $settings ]] || { need_settings && return; }
  local part=$settings.part mounts=() folder
  say "there is no $settings: making it of .env.example and what this node tells"
  for folder in /etc/hadoop /usr/local/hadoop /opt /usr/lib/jvm /usr/lib/spark "${HADOOP_CONF_DIR:-}" "${SPARK_HOME:-}" "${JAVA_HOME:-}"; do
    [[ -d $folder && ! " ${mounts[*]} " == *" $folder:$folder:ro "* ]] && mounts+=(--volume "$folder:$folder:ro")
  done
  bare "${mounts[@]}" "${given[@]}" --env HADOOP_CONF_DIR --env SPARK_HOME --env JAVA_HOME \
    --volume "$clone/.env.example:/example:ro" "$(trial_image)" -m kubeyard_edge fill-in /example >"$part" ||
    { rm -f "$part"; fail "The settings could not be made. Copy .env.example to $settings and fill it in."; }
  mv "$part" "$settings"
  say "look at $settings, and complete what could not be found out"
}

project() { setting EDGE_PROJECT kubeyard-edge; }
api_url() { echo "$(scheme)://$(setting EDGE_ADDRESS):$(setting API_PORT 5000)"; }
gateway_url() { echo "$(scheme)://$(setting EDGE_ADDRESS):$(setting GATEWAY_PORT 8888)"; }
scheme() { if [[ -n $(setting EDGE_TLS) ]]; then echo https; else echo http; fi; }
image() { echo "$(setting REGISTRY)kubeyard/$1:$(setting VERSION 0.1.0)"; }
python_image() { setting PYTHON_IMAGE docker.io/library/python:3.11-slim-bookworm; }
uses_postgresql() { [[ $(setting EDGE_DATABASE sqlite) == postgresql ]]; }

compose() {
  local files=(-f "$clone/docker-compose.yml") profiles=()
  if [[ $(setting GATEWAY_SUBMISSION rest) == spark-submit ]]; then files+=(-f "$clone/docker-compose.spark-submit.yml"); fi
  if uses_postgresql; then
    profiles=(--profile postgresql)
    export KUBEYARD_API_DATABASE_URL="postgresql://kubeyard@/kubeyard?host=/var/lib/kubeyard/database"
  fi
  "${compose[@]}" "${files[@]}" -p "$(project)" --env-file "$settings" "${profiles[@]}" "$@"
}

# Compose tells much that is nobody's business while all goes well.
quietly() { # WHAT COMMAND...
  local what=$1 log=$work/compose.log
  shift
  "$@" >"$log" 2>&1 || { tail -n 20 "$log" | indented >&2; fail "$what failed; see above."; }
}

container() { # SERVICE
  "$engine" ps --all --quiet --filter "label=com.docker.compose.project=$(project)" \
    --filter "label=com.docker.compose.service=$1" | head -n 1
}

# ---- Checks: in a container as the services' own, so that they see and may what those will.

# An image that has Python: ours where it is there, else the one that ours are built from.
trial_image() {
  if [[ -r $settings ]] && "$engine" image inspect "$(image api-server)" >/dev/null 2>&1; then
    image api-server
  elif [[ -r $settings ]]; then
    python_image
  else
    echo docker.io/library/python:3.11-slim-bookworm
  fi
}

bare() { # OPTIONS... IMAGE ARGUMENTS...
  "$engine" run --rm --network host --user 10001:10001 --read-only --cap-drop ALL --security-opt label=disable \
    --env PYTHONDONTWRITEBYTECODE=1 --env PYTHONPATH=/checks --volume "$clone/yarn/edge/src:/checks:ro" \
    --entrypoint /usr/local/bin/python3.11 "$@"
}

check_node() {
  local mounts=() folder status=0
  for folder in "$(setting HADOOP_CONF_DIR)" "$(setting SPARK_MOUNT "$(setting SPARK_HOME)")" "$(setting JAVA_HOME)"; do
    # An engine would make a folder that is not there; the check is to say that it is not.
    [[ -d $folder ]] && mounts+=(--volume "$folder:$folder:ro")
  done
  say "looking at this node and its cluster ..."
  bare "${mounts[@]}" --env-file "$settings" "$(trial_image)" -m kubeyard_edge check || status=$?
  ((status == 0)) && say "nothing is in the way" && return
  ((status > 2)) && fail "The checks could not run. $engine says above why; is $(trial_image) there, or a registry to pull it from?"
  fail "Mend what is above, in that order (settings: $settings), then run this again."
}

# ---- Images

have_images() { # [again]
  local name
  if [[ -n $(setting REGISTRY) ]]; then
    if [[ ${1:-} == again ]]; then say "pulling the images ..."; fi
    for name in api-server gateway; do
      [[ ${1:-} != again ]] && "$engine" image inspect "$(image $name)" >/dev/null 2>&1 && continue
      say "pulling $(image $name) ..."
      quietly "Pulling $(image $name)" "$engine" pull "$(image $name)"
    done
    return
  fi
  for name in api-server gateway; do
    [[ ${1:-} != again ]] && "$engine" image inspect "$(image $name)" >/dev/null 2>&1 && continue
    build_image $name
  done
}

build_image() { # NAME
  local dockerfile=yarn/gateway/Dockerfile
  [[ $1 == gateway ]] || dockerfile=$1/Dockerfile
  say "building $(image "$1") ..."
  quietly "Building $(image "$1")" "$engine" build --file "$clone/$dockerfile" --tag "$(image "$1")" \
    --build-arg "PYTHON_IMAGE=$(python_image)" --build-arg "VERSION=$(setting VERSION 0.1.0)" \
    ${PIP_INDEX_URL:+--build-arg PIP_INDEX_URL} ${UV_DEFAULT_INDEX:+--build-arg UV_DEFAULT_INDEX} "$clone"
}

# ---- Starting

start() { # [again]
  ensure_settings
  check_node
  have_images "${1:-}"
  begin
  ensure_environment
  ensure_class_archives
  prove
  say "ready; this is for Kubernetes, and again by: bash deployment_yarn_docker.sh kubernetes"
  tell_kubernetes
}

begin() {
  quietly "Making the state's folders" compose run --rm --no-deps -T folders
  ensure_certificate
  if uses_postgresql; then
    quietly "Starting the database" compose up -d --no-deps database
    wait_for database
  fi
  quietly "Preparing the database" compose run --rm --no-deps -T schema
  say "starting ..."
  quietly "Starting" compose up -d --no-deps api-server worker gateway
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

# Why a service is not well; empty when it is. Podman runs no health check by itself, so all are asked the same way.
ailment() { # SERVICE
  local id state
  id=$(container "$1")
  [[ -n $id ]] || { echo "it was not started"; return; }
  state=$("$engine" inspect --format '{{.State.Status}}' "$id")
  [[ $state == running ]] || { echo "its container is $state"; return; }
  case $1 in
    api-server) asked "$id" "$(api_url)/healthz" ;;
    gateway) asked "$id" "$(gateway_url)/healthz" ;;
    worker) asked "$id" "$(api_url)/readyz" --dependency=build-worker ;;
    database)
      "$engine" exec "$id" sh -c 'grep -q postgres /proc/1/comm && pg_isready --quiet --username=kubeyard' ||
        echo "it takes no connections yet"
      ;;
  esac
}

asked() { # CONTAINER ARGUMENTS...
  local id=$1
  shift
  "$engine" exec "$id" python -m kubeyard_edge answers "$@" 2>&1 || true
}

wait_for() { # SERVICE
  local reason='' told='' deadline=$((SECONDS + 180))
  while reason=$(ailment "$1") && [[ -n $reason ]]; do
    ((SECONDS < deadline)) || fail_service "$1" "is not well after 180 s: $reason"
    if (($(restarts "$1") > 2)); then fail_service "$1" "ends again and again"; fi
    [[ $reason == "$told" ]] || told=$reason
    sleep 1
  done
  say "$1 is well"
}

restarts() { "$engine" inspect --format '{{.RestartCount}}' "$(container "$1")" 2>/dev/null || echo 0; }

fail_service() { # SERVICE WHAT
  "$engine" logs --tail 20 "$(container "$1")" 2>&1 | indented >&2 || true
  fail "$1 $2. Its log ends as above; all of it: bash deployment_yarn_docker.sh logs $1"
}

ensure_environment() {
  say "the default kernel environment ..."
  "$engine" exec "$(container api-server)" python -m kubeyard_api ensure-default-environment 2>&1 | indented ||
    fail "The default kernel environment could not be built. What the worker says: bash deployment_yarn_docker.sh logs worker"
}

# Half a minute of YARN, once for each Spark and version: kernels start sooner, and work without.
ensure_class_archives() {
  local mark
  mark=/var/lib/kubeyard/gateway/class-archives-$(cat "$settings" "$clone/docker-compose.yml" | cksum | tr ' ' -)
  "$engine" exec "$(container gateway)" test -e "$mark" && return
  say "class archives, which let kernels start sooner ..."
  if "$engine" exec "$(container gateway)" python -m kubeyard_kernelspecs class-archives 2>&1 | indented; then
    "$engine" exec "$(container gateway)" touch "$mark"
  else
    say "kernels start without them, some seconds later; the next start tries again"
  fi
}

prove() {
  say "proving it by a small kernel ..."
  "$engine" exec "$(container gateway)" python -m kubeyard_gateway.prove 2>&1 | indented ||
    fail "The services run, but a kernel does not. The gateway's log: bash deployment_yarn_docker.sh logs gateway"
}

# ---- What others must know

# A values file as it stands, so that it can be kept: bash deployment_yarn_docker.sh kubernetes >edge-values.yaml
tell_kubernetes() {
  local tls=false
  [[ $(scheme) == http ]] || tls=true
  cat <<TEXT
# What Kubernetes must be told of this edge node, as values of the chart. From where kubectl and helm are:
#   bash deployment_k8s.sh $(setting EDGE_ADDRESS) --values edge-values.yaml
# Then hand the web UI's public keys to this node; until then it takes no token:
#   curl -fsS $(setting ISSUER http://127.0.0.1:5000)/oidc/jwks.json | ssh $(hostname) 'bash $clone/deployment_yarn_docker.sh keys -'
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
    "$engine" exec "$(container gateway)" cat /var/lib/kubeyard/public/edge-ca.crt | sed 's/^/      /'
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
    "$engine" exec -i "$id" "$@"
  else
    [[ -r $file ]] || fail "$command wants a file that can be read, or - for standard input, not '$file'."
    "$engine" exec -i "$id" "$@" <"$file"
  fi
}

take_keys() { take keys "$1" api-server python -m kubeyard_identity install /var/lib/kubeyard/public/jwks.json; }
take_limits() { take limits "$1" gateway python -m kubeyard_gateway.take_limits /var/lib/kubeyard/public/limits.json; }

running() { # SERVICE
  local id
  id=$(container "$1")
  [[ -n $id && $("$engine" inspect --format '{{.State.Status}}' "$id") == running ]] ||
    fail "The $1 does not run here. Start it: bash deployment_yarn_docker.sh"
  echo "$id"
}

show_status() {
  local service id reason ill=0
  for service in api-server worker gateway database; do
    id=$(container "$service")
    if [[ $service == database && -z $id ]]; then continue; fi
    reason=$(ailment "$service")
    [[ -z $reason ]] || ill=1
    printf '%-11s %-9s %s\n' "$service" "$([[ -z $reason ]] && echo well || echo "NOT WELL")" \
      "${reason:-since $("$engine" inspect --format '{{.State.StartedAt}}' "$id" | cut -c1-19)}"
  done
  return $ill
}

show_logs() {
  local options=(--tail 100) names=()
  while (($#)); do
    if [[ $1 == -f ]]; then options+=(-f); else names+=("$1"); fi
    shift
  done
  compose logs "${options[@]}" "${names[@]}"
}

# ---- Ending and keeping

stop() { # [--end-kernels]
  [[ -z ${1:-} || $1 == --end-kernels ]] || fail "stop knows only --end-kernels, not $1."
  [[ -z ${1:-} ]] || end_kernels
  quietly "Stopping" compose down
  say "stopped; the state stays in the volume $(project)_state"
  [[ -n ${1:-} ]] || say "kernels live on in YARN for half an hour and are found again by the next start; stop --end-kernels ends them"
}

end_kernels() {
  local id
  id=$(container gateway)
  [[ -n $id ]] || return 0
  # A gateway that serves would take the end of its kernels for a fault, and say so to notebooks.
  quietly "Stopping the gateway" "$engine" stop "$id"
  compose run --rm --no-deps -T gateway end-kernels 2>&1 | indented || fail "The kernels could not be ended; see above."
}

back_up() { # FILE
  [[ -n ${1:-} ]] || fail "backup wants the file to write. See: bash deployment_yarn_docker.sh --help"
  local id part=$1.part
  [[ ! -e $1 ]] || fail "$1 is there already, and a backup never writes over one. Choose another name."
  id=$(running api-server)
  if uses_postgresql; then
    # shellcheck disable=SC2016  # the container's own variable
    "$engine" exec "$(running database)" sh -c 'pg_dump --username=kubeyard --clean --if-exists kubeyard >"$PGHOST/dump.part" && mv "$PGHOST/dump.part" "$PGHOST/dump.sql"' ||
      fail "The database could not be dumped; see above."
  fi
  "$engine" exec "$id" python -m kubeyard_edge backup /var/lib/kubeyard >"$part" || { rm -f "$part"; fail "Nothing was written; see above."; }
  mv "$part" "$1"
  say "wrote $1 ($(du -h "$1" | cut -f1)); it holds keys, so keep it where nobody else reads it"
}

restore() { # FILE
  [[ -r ${1:-} ]] || fail "restore wants a backup that can be read, not '${1:-}'."
  [[ -z $(container api-server) && -z $(container gateway) ]] || fail "The services are there. Stop them first: bash deployment_yarn_docker.sh stop"
  have_images
  quietly "Making the state's folders" compose run --rm --no-deps -T folders
  bare_state kubeyard_edge restore /var/lib/kubeyard <"$1" | indented || fail "Nothing was restored; see above."
  if uses_postgresql; then restore_database; fi
  say "restored. Now: bash deployment_yarn_docker.sh"
}

restore_database() {
  quietly "Starting the database" compose up -d --no-deps database
  wait_for database
  # shellcheck disable=SC2016  # the container's own variable
  quietly "Reading the database's dump" "$engine" exec "$(container database)" sh -c \
    'psql --quiet --set=ON_ERROR_STOP=1 --username=kubeyard --dbname=kubeyard --file="$PGHOST/dump.sql"'
}

# A module on the state's volume, standard input included, which compose's own `run` does not hand on everywhere.
bare_state() { # MODULE ARGUMENTS...
  "$engine" run --rm -i --network none --user 10001:10001 --read-only --cap-drop ALL --security-opt label=disable \
    --volume "$(project)_state:/var/lib/kubeyard" --entrypoint python "$(image api-server)" -m "$@"
}

remove() { # --yes
  [[ ${1:-} == --yes ]] || fail "remove deletes the database, the kernels' records and the keys of this node. Say so: remove --yes"
  stop --end-kernels
  "$engine" volume rm --force "$(project)_state" >/dev/null
  say "removed; $settings, the images and what lies in HDFS stay"
}

main() {
  local command=${1:-start}
  (($# == 0)) || shift
  for argument in "$command" "$@"; do
    [[ $argument == -h || $argument == --help || $argument == help ]] && usage && return
  done
  [[ $command =~ ^(start|check|build|upgrade|prove|keys|limits|kubernetes|status|logs|stop|backup|restore|remove)$ ]] || { usage >&2; exit 2; }
  given=()
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  find_engine
  choose_settings
  [[ $command =~ ^(start|upgrade|check)$ ]] || need_settings
  case $command in
    start) start ;;
    upgrade) start again ;;
    check) ensure_settings && check_node ;;
    build) build_image api-server && build_image gateway ;;
    prove) running gateway >/dev/null && prove ;;
    keys) take_keys "${1:-}" ;;
    limits) take_limits "${1:-}" ;;
    kubernetes) running gateway >/dev/null && tell_kubernetes ;;
    status) show_status ;;
    logs) show_logs "$@" ;;
    stop) stop "${1:-}" ;;
    backup) back_up "${1:-}" ;;
    restore) restore "${1:-}" ;;
    remove) remove "${1:-}" ;;
  esac
}

main "$@"
