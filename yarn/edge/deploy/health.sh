# shellcheck shell=bash disable=SC2154  # what is not set here is set by deployment_yarn_docker.sh
# Which service is well, and why one is not.

# Why a service is not well; empty when it is. Podman runs no health check by itself, so all are asked the same way.
ailment() { # SERVICE
  local id state
  id=$(container "$1")
  [[ -n $id ]] || { echo "it was not started"; return; }
  state=$(engine inspect --format '{{.State.Status}}' "$id")
  [[ $state == running ]] || { echo "its container is $state"; return; }
  case $1 in
    api-server) asked "$id" "$(api_url)/healthz" ;;
    gateway) asked "$id" "$(gateway_url)/healthz" ;;
    worker) asked "$id" "$(api_url)/readyz" --dependency=build-worker ;;
    database)
      engine exec "$id" sh -c 'grep -q postgres /proc/1/comm && pg_isready --quiet --username=kubeyard' ||
        echo "it takes no connections yet"
      ;;
  esac
}

asked() { # CONTAINER ARGUMENTS...
  local id=$1
  shift
  engine exec "$id" python -m kubeyard_edge answers "$@" 2>&1 || true
}

wait_for() { # SERVICE
  local reason='' deadline=$((SECONDS + 180)) before
  before=$(restarts "$1")
  while reason=$(ailment "$1") && [[ -n $reason ]]; do
    ((SECONDS < deadline)) || fail_service "$1" "is not well after 180 s: $reason"
    if (($(restarts "$1") > before + 2)); then fail_service "$1" "ends again and again"; fi
    sleep 1
  done
  say "$1 is well"
}

restarts() { engine inspect --format '{{.RestartCount}}' "$(container "$1")" 2>/dev/null || echo 0; }

fail_service() { # SERVICE WHAT
  engine logs --tail 20 "$(container "$1")" 2>&1 | indented >&2 || true
  fail "$1 $2. Its log ends as above; all of it: bash deployment_yarn_docker.sh logs $1"
}

show_status() {
  local service id reason ill=0
  for service in api-server worker gateway database; do
    id=$(container "$service")
    if [[ $service == database && -z $id ]]; then continue; fi
    reason=$(ailment "$service")
    [[ -z $reason ]] || ill=1
    printf '%-11s %-9s %s\n' "$service" "$([[ -z $reason ]] && echo well || echo "NOT WELL")" \
      "${reason:-since $(engine inspect --format '{{.State.StartedAt}}' "$id" | cut -c1-19)}"
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
