#!/usr/bin/env bash
# Builds Kubeyard's images with what there is: docker, podman or buildah. All of them read images/Dockerfile.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
images=(web-ui hub proxy lab api-server gateway)

usage() {
  cat <<'TEXT'
usage: bash images/build.sh [--push REGISTRY] [--tag TAG] [NAME...]

  NAME             web-ui, hub, proxy, lab, api-server, gateway; all of them if none is given
  --push REGISTRY  also push them, as REGISTRY/kubeyard/<name>:<tag>
  --tag TAG        instead of this tree's version

settings, by environment variables:
  KUBEYARD_IMAGE_BUILDER   docker, podman or buildah, or a command that takes the arguments of `docker build`
                           (default: the first of the three that works)
  PYTHON_IMAGE, NODE_IMAGE the base images, such as a mirror's or one by its digest
  PIP_INDEX_URL, UV_DEFAULT_INDEX, npm_config_registry   package indexes other than the public ones
TEXT
}

fail() {
  printf 'Problem: %s\n' "$@" >&2
  exit 1
}

say() { printf '%7d s  %s\n' "$SECONDS" "$1"; }

version() { sed -n 's/^version = "\(.*\)"/\1/p' "$root/pyproject.toml"; }

works() {
  case $1 in
    docker) docker info >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

find_builder() {
  local candidate
  if [[ -n ${KUBEYARD_IMAGE_BUILDER:-} ]]; then
    command -v "$KUBEYARD_IMAGE_BUILDER" >/dev/null ||
      fail "KUBEYARD_IMAGE_BUILDER is $KUBEYARD_IMAGE_BUILDER, which is no command here. Name docker, podman or buildah."
    builder=$KUBEYARD_IMAGE_BUILDER
    return
  fi
  for candidate in docker podman buildah; do
    if works "$candidate"; then builder=$candidate && return; fi
  done
  fail "Neither docker, podman nor buildah works here. Install one of them, or build where there is one."
}

# What a build may need to reach packages; the values stay in stages that no image is made of. Of indexes only the name
# is an argument, which whoever is on this machine may read: their addresses may hold a password, and the builder finds
# them in its environment.
pass_on() {
  local name
  for name in PYTHON_IMAGE NODE_IMAGE; do
    if [[ -n ${!name:-} ]]; then printf '%s\n' --build-arg "$name=${!name}"; fi
  done
  for name in PIP_INDEX_URL UV_DEFAULT_INDEX npm_config_registry; do
    if [[ -n ${!name:-} ]]; then printf '%s\n' --build-arg "$name"; fi
  done
}

build() { # NAME IMAGE: builds it, and shows the builder's words only if it fails
  local name=$1 image=$2 began=$SECONDS arguments=() command=("$builder")
  # Only their own verbs; another command is one for building.
  case $(basename "$builder") in docker | podman | buildah) command+=(build) ;; esac
  mapfile -t arguments < <(pass_on)
  arguments+=(--build-arg "VERSION=$(version)")
  # By the command, not in the file: what differs at every commit would build anew whatever stands below it, and
  # buildah 1.28 takes a label made of an argument out of its cache, with the argument's former value.
  arguments+=(--label "org.opencontainers.image.version=$(version)" --label "org.opencontainers.image.revision=$revision")
  command+=(-t "$image" -f images/Dockerfile --target "$name" "${arguments[@]}" .)
  say "building $image ..."
  if ! (cd "$root" && BUILDAH_LAYERS=true "${command[@]}") >"$log" 2>&1; then
    tail -n 25 "$log" >&2
    fail "$image could not be built: the end of what $builder said is above."
  fi
  say "built $image in $((SECONDS - began)) s"
}

push() { # IMAGE TARGET
  say "pushing $2 ..."
  if ! { "$builder" tag "$1" "$2" && "$builder" push "$2"; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    fail "$2 could not be pushed. If it asks who you are:  $builder login ${2%%/*}"
  fi
}

main() {
  local registry='' tag names=() name
  tag=$(version)
  while (($#)); do
    case $1 in
      -h | --help) usage && return ;;
      --push | --tag) (($# > 1)) || { usage >&2 && exit 2; } ;;&
      --push) registry=${2%/} && shift ;;
      --tag) tag=$2 && shift ;;
      -*) usage >&2 && exit 2 ;;
      *) [[ " ${images[*]} " == *" $1 "* ]] || fail "There is no image $1. There are: ${images[*]}."
        names+=("$1") ;;
    esac
    shift
  done
  find_builder
  case $(basename "$builder") in
    docker | podman | buildah) ;;
    *) [[ -z $registry ]] || fail "$builder builds only: pushing takes docker, podman or buildah." ;;
  esac
  revision=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  ((${#names[@]})) || names=("${images[@]}")
  for name in "${names[@]}"; do
    build "$name" "kubeyard/$name:$tag"
    [[ -z $registry ]] || push "kubeyard/$name:$tag" "$registry/kubeyard/$name:$tag"
  done
}

main "$@"
