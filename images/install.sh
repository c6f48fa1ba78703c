#!/bin/sh
# The steps that the Dockerfiles have in common. They run while an image is built, never in a container.
set -eu

usage() {
  cat <<'TEXT'
usage: install.sh tools                     what builds: uv and the SBOM's library, out of locks/images.txt
       install.sh dependencies LOCK         /opt/kubeyard, a virtual environment of exactly what LOCK names
       install.sh code FOLDER...            /opt/code, our own packages, to be laid over /opt/kubeyard
       install.sh account [HOME]            the account of every container: kubeyard, 10001:10001
       install.sh sbom NAME VERSION [--npm LOCK]   /opt/sbom.cdx.json
TEXT
}

tools=/opt/tools/bin
environment=/opt/kubeyard
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
  site=lib/python3.11/site-packages
  for folder; do set -- "$@" "./$folder"; shift; done
  "$tools/uv" pip install --quiet --no-deps --no-sources --python "$environment/bin/python" --prefix /opt/code "$@"
  "$environment/bin/python" -m compileall -q --invalidation-mode unchecked-hash -s /opt/code -p "$environment" "/opt/code/$site"
}

make_account() { # HOME
  groupadd --gid 10001 kubeyard
  useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir "$1" --shell /usr/sbin/nologin kubeyard
  install -d -m 0750 -o kubeyard -g kubeyard "$1"
}

case ${1:-} in
  tools) install_tools ;;
  dependencies) install_dependencies "$2" ;;
  code) shift && install_code "$@" ;;
  account) make_account "${2:-/var/lib/kubeyard}" ;;
  sbom) shift && "$tools/python" images/sbom.py "$@" >/opt/sbom.cdx.json ;;
  *) usage >&2 && exit 2 ;;
esac
