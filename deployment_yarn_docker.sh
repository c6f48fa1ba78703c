#!/usr/bin/env bash
# Brings Kubeyard's part of an edge node up beside a Hadoop cluster: API server, build worker and gateway, in containers.
set -euo pipefail
umask 077

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
started=$EPOCHREALTIME
# shellcheck disable=SC2034  # read by the parts in yarn/edge/deploy
engine='' builder='' compose=() given='' settings=''

for part in engine settings checks images starting health handing_over keeping; do
  # shellcheck source=/dev/null
  . "$clone/yarn/edge/deploy/$part.sh"
done

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
node's own configuration tells. KUBEYARD_EDGE_SETTINGS names another file, KUBEYARD_EDGE_ENGINE chooses docker or podman,
KUBEYARD_IMAGE_BUILDER another program that builds images, into the same store.
TEXT
}

fail() {
  printf 'Problem: %s\n' "$@" >&2
  exit 1
}

# Before anything is looked at or done.
refuse() {
  printf '%s See: bash deployment_yarn_docker.sh --help\n' "$1" >&2
  exit 2
}

say() {
  local now=${EPOCHREALTIME/,/.} began=${started/,/.}
  awk -v now="$now" -v began="$began" -v text="$1" 'BEGIN { printf "%7.1f s  %s\n", now - began, text }'
}

indented() { sed -u 's/^/           /'; }

# Two at once would build, start and stop the same things, or drop each other's public keys. The lock ends with its holder.
take_lock() {
  [[ -w $(dirname "$settings") ]] ||
    fail "$(dirname "$settings") cannot be written by $(id -un). Run this as the account that made $settings."
  exec 9>>"$settings.lock"
  flock --nonblock 9 || fail "Another deployment_yarn_docker.sh works on $settings. Wait for it."
}

main() {
  local command=${1:-start}
  (($# == 0)) || shift
  for argument in "$command" "$@"; do
    [[ $argument == -h || $argument == --help || $argument == help ]] && usage && return
  done
  [[ $command =~ ^(start|check|build|upgrade|prove|keys|limits|kubernetes|status|logs|stop|backup|restore|remove)$ ]] || { usage >&2; exit 2; }
  [[ $command =~ ^(keys|limits|logs|stop|backup|restore|remove)$ || $# == 0 ]] || refuse "$command takes nothing more, not '$1'."
  [[ $command == logs || $# -le 1 ]] || refuse "$command takes one thing, and '$2' is more."
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  find_engine
  choose_settings
  [[ $command =~ ^(start|upgrade|check)$ ]] || need_settings
  [[ ! $command =~ ^(start|upgrade|check|build|prove|keys|stop|restore|remove)$ ]] || take_lock
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
