#!/bin/sh
# The steps that the stages of images/Dockerfile have in common. They run while an image is built, never in a container.
set -eu

usage() {
  cat <<'TEXT'
usage: install.sh tools                     what builds: uv and the SBOM's library, out of locks/images.txt
       install.sh dependencies LOCK         /opt/kubeyard, a virtual environment of exactly what LOCK names
       install.sh code FOLDER...            our own packages, to be laid over it
       install.sh sbom NAME VERSION [--npm LOCK] [--debian STATUS]   the image's bill of materials

code and sbom write to /opt/image, which is laid over an image's root.
TEXT
}

tools=/opt/tools/bin
environment=/opt/kubeyard
image=/opt/image
# Where the modules are is told once, at build time: no container compiles, or looks whether a file is newer.
export PYC_INVALIDATION_MODE=UNCHECKED_HASH UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 UV_LINK_MODE=copy

install_tools() {
  python3.11 -m venv /opt/tools
  "$tools/pip" install --quiet --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
    -r locks/images.txt
}

install_dependencies() { # LOCK
  "$tools/uv" venv --quiet --python "$(command -v python3.11)" "$environment"
  "$tools/uv" pip sync --quiet --require-hashes --compile-bytecode --python "$environment/bin/python" "$1"
  rm -f "$environment/.lock" "$environment/.gitignore"
}

# Apart from what they need, so that a change of ours is a small layer on top of a large one that stays.
install_code() { # FOLDER...
  site=$environment/lib/python3.11/site-packages
  for folder; do set -- "$@" "./$folder"; shift; done
  "$tools/uv" pip install --quiet --no-deps --no-sources --python "$environment/bin/python" --prefix "$image$environment" "$@"
  "$environment/bin/python" -m compileall -q --invalidation-mode unchecked-hash -s "$image" -p / "$image$site"
}

write_bill() { # NAME VERSION [OPTION...]
  bills=$image/usr/share/doc/kubeyard
  mkdir -p "$bills"
  "$tools/python" images/sbom.py "$@" >"$bills/sbom.cdx.json"
}

case ${1:-} in
  tools) install_tools ;;
  dependencies) install_dependencies "$2" ;;
  code) shift && install_code "$@" ;;
  sbom) shift && write_bill "$@" ;;
  *) usage >&2 && exit 2 ;;
esac
