#!/usr/bin/env bash
# Builds the images that run on Kubernetes and hands each one's archive to the command in KUBEYARD_TEST_LOAD_IMAGE.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
: "${KUBEYARD_TEST_LOAD_IMAGE:?names no command that takes an image archive}"

images=(web-ui hub proxy lab)
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The store is the builder's own: what docker built, docker saves.
save() { # NAME ARCHIVE
  if docker image inspect "$1" >/dev/null 2>&1; then
    docker save --output "$2" "$1"
  elif podman image exists "$1" 2>/dev/null; then
    podman save --quiet --format docker-archive --output "$2" "$1"
  else
    buildah push --quiet "$1" "docker-archive:$2:$1"
  fi
}

bash images/build.sh "${images[@]}"
for image in "${images[@]}"; do
  name=docker.io/kubeyard/$image:$version
  save "$name" "$folder/$image.tar"
  # The command may have arguments of its own.
  # shellcheck disable=SC2086
  $KUBEYARD_TEST_LOAD_IMAGE "$folder/$image.tar"
  rm "$folder/$image.tar"
done
