#!/usr/bin/env bash
# Brings Kubeyard up on this machine: finds or installs what is needed to run Python, makes the platform's own
# environment from its lock, and hands over to `python -m kubeyard_local <command>`.
set -euo pipefail
umask 022

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export KUBEYARD_STARTED_AT=$EPOCHREALTIME

usage() {
  cat <<'TEXT'
Kubeyard on this one machine: HDFS, YARN, Enterprise Gateway, api-server, web UI, JupyterHub, all on loopback.

usage: bash deployment_local.sh [command]

  start [--no-demo] [--only NAME,...]  bring everything up (the default); safe to repeat
  stop                                 end every process that was started, Labs and applications first
  restart [SERVICE]                    stop and start everything, or one service
  status                               one line a service: state, process, memory, port, reason
  logs [SERVICE] [-f]                  the end of a log, and what comes after
  reset [--yes]                        stop, and remove all data
  tour                                 walk through the platform by its HTTP interfaces, each step timed
  tools                                print the Python 3.11 and the uv that the platform uses, for scripts

settings, by environment variables:
  KUBEYARD_HOME         state, logs, environments   (root: /var/lib/kubeyard, else ~/.kubeyard)
  KUBEYARD_CACHE        what was fetched            (root: /var/cache/kubeyard, else ~/.cache/kubeyard)
  KUBEYARD_PORT_OFFSET  added to every port; KUBEYARD_PORT_<NAME> sets one (WEB, HUB, API, RM, ...)
  KUBEYARD_PYTHON       a Python 3.11               KUBEYARD_JAVA_HOME  a Java 17
  KUBEYARD_YARN_MEMORY_MB, KUBEYARD_YARN_VCORES     what YARN may hand out (default: by the machine)
TEXT
}

fail() {
  printf 'Problem: %s\n' "$@" >&2
  exit 1
}

say() {
  local now=${EPOCHREALTIME/,/.} began=${KUBEYARD_STARTED_AT/,/.}
  awk -v now="$now" -v began="$began" -v text="$1" 'BEGIN { printf "%7.1f s  %s\n", now - began, text }'
}

# A child ends with this script, even by kill -9, and does not keep the lock.
child() { setpriv --pdeathsig TERM -- "$@" 9>&-; }

choose_folders() {
  if ((EUID == 0)); then
    : "${KUBEYARD_HOME:=/var/lib/kubeyard}" "${KUBEYARD_CACHE:=/var/cache/kubeyard}"
  else
    : "${KUBEYARD_HOME:=$HOME/.kubeyard}" "${KUBEYARD_CACHE:=$HOME/.cache/kubeyard}"
  fi
  export KUBEYARD_HOME KUBEYARD_CACHE
  export UV_CACHE_DIR=$KUBEYARD_CACHE/uv PIP_CACHE_DIR=$KUBEYARD_CACHE/pip
  # Compiled modules of the starter must not appear in the clone.
  export PYTHONPYCACHEPREFIX=$KUBEYARD_HOME/run/pycache
  python=$KUBEYARD_HOME/venvs/platform/bin/python
}

# Two starts at once would fetch, format and launch the same things. The lock ends with its holder.
take_lock() {
  if ! mkdir -p "$KUBEYARD_HOME" 2>/dev/null || ! [[ -w $KUBEYARD_HOME ]]; then
    fail "$KUBEYARD_HOME cannot be written by this account. Choose another folder by KUBEYARD_HOME."
  fi
  exec 9>>"$KUBEYARD_HOME/.lock"
  flock --nonblock 9 ||
    fail "Another deployment_local.sh works on $KUBEYARD_HOME (process $(<"$KUBEYARD_HOME/.lock")). Wait for it."
  echo "$$" >"$KUBEYARD_HOME/.lock"
}

# Unprivileged accounts must be able to run it, so Debian's own is preferred over one in somebody's home.
find_python() {
  local candidate
  for candidate in "${KUBEYARD_PYTHON:-}" /usr/bin/python3.11 "$KUBEYARD_HOME"/python/*/bin/python3.11; do
    [[ -n $candidate && -x $candidate ]] && echo "$candidate" && return
  done
  if ((EUID != 0)); then command -v python3.11 || true; fi
}

has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

check_version() {
  local version
  version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || version=unknown
  [[ $version == 3.11 ]] || fail "$1 is not Python 3.11 but $version. Name one by KUBEYARD_PYTHON."
}

has_java() {
  local home
  for home in "${KUBEYARD_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    grep -qs '^JAVA_VERSION="17' "$home/release" && return 0
  done
  command -v java >/dev/null && java -version 2>&1 | grep -q 'version "17'
}

has_package() { apt-cache show "$1" >/dev/null 2>&1; }

# Debian 12 and Ubuntu 22.04 have Python 3.11; where the distribution has none, uv brings one later.
missing_packages() {
  local found
  found=$(find_python)
  if [[ -z $found ]]; then
    if has_package python3.11; then echo python3.11 python3.11-venv; else echo python3 python3-venv; fi
  elif ! has_venv "$found"; then
    echo "$(basename "$(readlink -f "$found")")-venv"
  fi
  has_java || echo openjdk-17-jre-headless
  command -v mvn >/dev/null || echo maven
  command -v setpriv >/dev/null || echo util-linux
}

install_packages() {
  local packages=() elevate=() package
  mapfile -t packages < <(missing_packages | tr ' ' '\n')
  ((${#packages[@]} == 0)) && return
  if ((EUID != 0)); then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null && elevate=(sudo -n)
    ((${#elevate[@]})) || fail "Missing: ${packages[*]}. Install them: apt-get install ${packages[*]}"
  fi
  command -v apt-get >/dev/null || fail "Missing: ${packages[*]}, and there is no apt-get. Install them by hand."
  say "installing ${packages[*]} ..."
  "${elevate[@]}" apt-get update -qq 9>&- || fail "apt-get update failed. See its message above."
  mapfile -t packages < <(missing_packages | tr ' ' '\n')  # now the lists say what the distribution has
  for package in "${packages[@]}"; do  # apt-get would take a name that it does not know for a pattern, and install all
    has_package "$package" || fail "This system has no package $package. Install what it stands for by hand."
  done
  "${elevate[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${packages[@]}" 9>&- >/dev/null || fail "apt-get could not install ${packages[*]}. See its message above."
}

is_current() { [[ -f $1 && $(<"$1") == "$2" ]]; }

# What builds everything else: uv and Node.js, by pip out of their lock.
ensure_tools() {
  local base=$1 venv=$KUBEYARD_HOME/venvs/tools wanted
  wanted=$(cat "$clone/locks/tools.txt" - <<<"$base" | sha256sum)
  is_current "$venv/.lock-stamp" "$wanted" && return
  say "fetching uv and Node.js ..."
  rm -rf "$venv"
  child "$base" -m venv "$venv"
  child "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    --only-binary :all: -r "$clone/locks/tools.txt" || fail "uv and Node.js could not be fetched from PyPI."
  echo "$wanted" >"$venv/.lock-stamp"
}

ensure_platform() {
  local base=$1 venv=$KUBEYARD_HOME/venvs/platform wanted
  wanted=$(cat "$clone/locks/workspace.txt" - <<<"$base" | sha256sum)
  is_current "$venv/.lock-stamp" "$wanted" && return
  say "making the platform's environment ..."
  rm -rf "$venv"
  child "$KUBEYARD_HOME/venvs/tools/bin/uv" venv --quiet --python "$base" "$venv"
  child "$KUBEYARD_HOME/venvs/tools/bin/uv" pip sync --quiet --require-hashes --compile-bytecode \
    --python "$venv" "$clone/locks/workspace.txt" || fail "The platform's packages could not be fetched from PyPI."
  echo "$wanted" >"$venv/.lock-stamp"
}

# The interpreter that everything stands on, and uv: $base, and venvs/tools.
ensure_base() {
  base=$(find_python)
  [[ -z $base ]] || check_version "$base"
  if [[ -z $base ]] || ! has_java || ! command -v mvn >/dev/null || ! [[ -x $KUBEYARD_HOME/venvs/tools/bin/uv ]]; then
    install_packages
    base=$(find_python)
  fi
  mkdir -p "$KUBEYARD_HOME/venvs"
  if [[ -z $base ]]; then
    ensure_tools /usr/bin/python3
    say "fetching Python 3.11 ..."
    child "$KUBEYARD_HOME/venvs/tools/bin/uv" python install --quiet --install-dir "$KUBEYARD_HOME/python" 3.11 ||
      fail "No Python 3.11 could be fetched. Install one, and name it by KUBEYARD_PYTHON."
    base=$(find_python)
  else
    check_version "$base"
    ensure_tools "$base"
  fi
  export KUBEYARD_PYTHON=$base
}

ensure_environment() {
  local base
  ensure_base
  ensure_platform "$base"
}

# For the project's own scripts, which make other environments with the same tools.
print_tools() {
  local base
  ensure_base >&2
  printf 'KUBEYARD_PYTHON=%q\nKUBEYARD_UV=%q\n' "$base" "$KUBEYARD_HOME/venvs/tools/bin/uv"
}

main() {
  local command=start
  if (($#)) && [[ $1 != -* ]]; then
    command=$1
    shift
  fi
  for argument in "$command" "$@"; do
    [[ $argument == -h || $argument == --help || $argument == help ]] && usage && return
  done
  choose_folders
  case $command in
    start | restart | stop | reset | tools) take_lock ;;
    status | logs | tour) ;;
    *) usage >&2 && exit 2 ;;
  esac
  case $command in
    tools) print_tools && return ;;
    start | restart) ensure_environment ;;
    *) [[ -x $python ]] || fail "Nothing was started in $KUBEYARD_HOME yet. Start it: bash deployment_local.sh" ;;
  esac
  export PYTHONPATH=$clone/local/src
  exec "$python" -m kubeyard_local "$command" "$@"
}

main "$@"
