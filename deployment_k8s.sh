#!/usr/bin/env bash
# shellcheck disable=SC2034  # what is set here is read by the parts in kubernetes/deploy
# Brings Kubeyard's web UI and JupyterHub onto a Kubernetes cluster by Helm. It checks first, changes nothing before
# everything is well, and may be run again at any time.
set -euo pipefail
umask 022

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
((BASH_VERSINFO[0] >= 5)) || { echo "Problem: this is bash $BASH_VERSION; install bash 5 and run it by that." >&2 && exit 1; }
export KUBEYARD_STARTED_AT=$EPOCHREALTIME
chart=$clone/charts/kubeyard
context='' namespace=kubeyard release=kubeyard registry='' timeout=600
yes='' only_check='' edge_later='' take_over='' finish='' edge_command='' unfinished='' unread=''
values=()

for part in terminal cluster checks edge_check install keys status backup restore uninstall; do
  # shellcheck source=/dev/null
  . "$clone/kubernetes/deploy/$part.sh"
done

usage() {
  cat <<'TEXT'
Kubeyard's web UI and JupyterHub on Kubernetes; kernels and their API are on the edge node (deployment_yarn_docker.sh).

usage: bash deployment_k8s.sh <edge-ip> [options]      check everything, then install or upgrade
       bash deployment_k8s.sh COMMAND [options]

  status                 every part, and what is wrong with it
  keys                   print the public signing keys, for the edge node
  rotate-keys            sign by a new key, without a break: two steps, the second is  rotate-keys --finish
  admin-link             print the link by which the first administrator is made
  backup FILE            databases, keys and settings into one file; see docs/backup.md
  restore FILE           bring them back, also into an empty cluster
  uninstall              take everything away but volumes and keys
  --build [NAME...]      build the images by docker, podman or buildah; --push REGISTRY pushes them

options:
  --context NAME         of kubectl's contexts (default: the current one)
  --namespace NAME       (kubeyard)          --release NAME   (kubeyard)
  --values FILE          settings of the chart, see docs/chart-reference.md; may be given more than once
  --set KEY=VALUE        one of them; all are kept from one run to the next
  --registry PREFIX      where the nodes get the images, as in --push
  --timeout SECONDS      how long the pods may take (600)
  --check                only check what can be checked without changing anything
  --edge-later           install although the edge node cannot be reached yet
  --take-over            go on where a helm was killed
  --edge-command COMMAND rotate-keys: hand the keys over by it, then finish, such as
                         "ssh edge 'bash deployment_yarn_docker.sh keys -'"
  --yes                  ask nothing
TEXT
}

wrong_use() {
  printf 'Problem: %s\n\n' "$1" >&2
  usage >&2
  exit 2
}

read_option() { # NAME VALUE: sets `taken`, how many words it was
  taken=2
  case $1 in
    --yes | -y) yes=1 taken=1 ;;
    --check) only_check=1 taken=1 ;;
    --edge-later) edge_later=1 taken=1 ;;
    --take-over) take_over=1 taken=1 ;;
    --finish) finish=1 taken=1 ;;
    *) [[ -n $2 ]] || wrong_use "$1 needs a value, or is no option." ;;&
    --context) context=$2 ;;
    --namespace | -n) namespace=$2 ;;
    --release) release=$2 ;;
    --registry) registry=$2 ;;
    --edge-command) edge_command=$2 ;;
    --timeout) [[ $2 =~ ^[1-9][0-9]*$ ]] || wrong_use "--timeout is $2; give seconds."
      timeout=$2 ;;
    --values | -f) [[ -r $2 ]] || wrong_use "--values $2 cannot be read."
      values+=(--values "$2") ;;
    --set) values+=(--set "$2") ;;
    *) wrong_use "There is no option $1." ;;
  esac
}

main() {
  local words=() taken
  case ${1:-} in
    '' | -h | --help | help) usage && return ;;
    --build) shift && exec bash "$clone/images/build.sh" "$@" ;;
  esac
  while (($#)); do
    case $1 in
      -h | --help) usage && return ;;
      -*) read_option "$1" "${2:-}" && shift "$taken" ;;
      *) words+=("$1") && shift ;;
    esac
  done
  case ${words[0]:-} in
    status | keys | rotate-keys | admin-link | uninstall) ((${#words[@]} == 1)) || wrong_use "${words[0]} takes no ${words[1]}." ;;&
    backup | restore) ((${#words[@]} == 2)) || wrong_use "${words[0]} needs one file." ;;&
    status) show_status ;;
    keys) print_keys ;;
    rotate-keys) rotate_keys ;;
    admin-link) admin_link ;;
    uninstall) uninstall ;;
    backup | restore) "${words[0]}" "${words[1]}" ;;
    '') wrong_use "Say what to do: the edge node's address, or a command." ;;
    *) ((${#words[@]} == 1)) || wrong_use "There is no command ${words[0]}."
      install "${words[0]}" ;;
  esac
}

main "$@"
