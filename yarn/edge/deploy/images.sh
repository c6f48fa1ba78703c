# shellcheck shell=bash disable=SC2154  # what is not set here is set by deployment_yarn_docker.sh
# Images of a registry, or built from this folder.

have_images() { # [again]
  local name
  if [[ -n $(setting REGISTRY) ]]; then
    if [[ ${1:-} == again ]]; then say "pulling the images ..."; fi
    for name in api-server gateway; do
      [[ ${1:-} != again ]] && engine image inspect "$(image $name)" >/dev/null 2>&1 && continue
      say "pulling $(image $name) ..."
      quietly "Pulling $(image $name)" engine pull "$(image $name)"
    done
    return
  fi
  for name in api-server gateway; do
    [[ ${1:-} != again ]] && engine image inspect "$(image $name)" >/dev/null 2>&1 && continue
    build_image $name
  done
}

build_image() { # NAME
  local dockerfile=yarn/gateway/Dockerfile
  [[ $1 == gateway ]] || dockerfile=$1/Dockerfile
  say "building $(image "$1") ..."
  quietly "Building $(image "$1")" engine build --file "$clone/$dockerfile" --tag "$(image "$1")" \
    --build-arg "PYTHON_IMAGE=$(python_image)" --build-arg "VERSION=$(setting VERSION 0.1.0)" \
    --build-arg "REVISION=$(git -C "$clone" rev-parse HEAD 2>/dev/null || echo unknown)" \
    ${PIP_INDEX_URL:+--build-arg PIP_INDEX_URL} ${UV_DEFAULT_INDEX:+--build-arg UV_DEFAULT_INDEX} "$clone"
}
