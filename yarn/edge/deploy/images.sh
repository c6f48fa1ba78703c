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
  local version
  version=$(setting VERSION 0.1.0)
  say "building $(image "$1") ..."
  quietly "Building $(image "$1")" env KUBEYARD_IMAGE_BUILDER="${builder:-$engine}" PYTHON_IMAGE="$(python_image)" \
    bash "$clone/images/build.sh" --tag "$version" "$1" 9>&-
  [[ -z $(setting REGISTRY) ]] || engine tag "kubeyard/$1:$version" "$(image "$1")"
}
