#!/usr/bin/env bash
# Runs everything that shows whether Kubeyard works, from a fresh clone, with the real daemons.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: bash tests/run.sh [all|fast|long|cluster|lint|PYTEST ARGUMENTS...]

  all    (default) rules and types, the fast tests, the real platform, the browser, Kubernetes if there is one to
         try on, the README's commands
  fast   the tests that need no daemons and start little; under 90 s once the environments are there
  long   the tests of kernels on real YARN that wait for much, and stock beside them, some 30 min; not in all, which says so
  cluster  the chart and its script on the Kubernetes cluster that KUBEYARD_TEST_CONTEXT names (a context of kubectl;
         never on another), with a real YARN on this machine as its edge. KUBEYARD_TEST_LOAD_IMAGE=<command> has the
         images built and each of their archives handed to the command; without it the cluster has them already.
         KUBEYARD_TEST_CLUSTER=<folder> starts a cluster for it and ends it afterwards, see tests/one_node_cluster.sh
  lint   rules and types only
  anything else is handed to pytest in the same environments:  bash tests/run.sh tests/yarn -k kill

Environments are made in .venv and build/; what they need is kept in KUBEYARD_CACHE, so that a second clone
fetches nothing again. KUBEYARD_TEST_HOME=<folder> uses a running platform instead of starting one. The chart's tests
need helm; where there is none on the PATH, all builds it by go into KUBEYARD_CACHE/bin, in some minutes once.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
build=$root/build
if [[ $(id -u) == 0 ]]; then default_cache=/var/cache/kubeyard; else default_cache=$HOME/.cache/kubeyard; fi
export KUBEYARD_CACHE=${KUBEYARD_CACHE:-$default_cache}
export UV_CACHE_DIR=${UV_CACHE_DIR:-$KUBEYARD_CACHE/uv} UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1
export PATH=$PATH:$KUBEYARD_CACHE/bin
# The daemons' and the browser's ports in tests, so that a platform in use on this machine is left alone.
export KUBEYARD_TEST_PORT_OFFSET=${KUBEYARD_TEST_PORT_OFFSET:-1700}
# shellcheck source=tests/one_node_cluster.sh
. tests/one_node_cluster.sh
# shellcheck source=tests/sparks.sh
. tests/sparks.sh
# shellcheck source=tests/helm.sh
. tests/helm.sh
members=(yarn/client yarn/edge yarn/identity yarn/kernelspecs api-server/client api-server web-ui local kubernetes/hub kubernetes/lab)

say() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }

# Debian packages that the tests need and the platform does not; the platform's own script installs its own.
debian_packages() {
  command -v git >/dev/null || echo git
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || echo chromium
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
  fc-list 2>/dev/null | grep -qi liberation || echo fonts-liberation
}

install_debian_packages() {
  local missing
  mapfile -t missing < <(debian_packages)
  (( ${#missing[@]} )) || return 0
  local sudo=()
  if [[ $(id -u) != 0 ]]; then
    sudo -n true 2>/dev/null || { echo "These Debian packages are missing: ${missing[*]}. Run: sudo apt-get install ${missing[*]}" >&2; exit 2; }
    sudo=(sudo -n)
  fi
  say "installing Debian packages: ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The same interpreter and uv as the platform's own script finds or installs.
find_tools() {
  local found
  found=$(KUBEYARD_HOME=$build/tools bash deployment_local.sh tools)
  eval "$found"
  export KUBEYARD_PYTHON
}

make_environments() {
  [[ -x .venv/bin/python ]] || "$KUBEYARD_UV" venv --quiet --python "$KUBEYARD_PYTHON" .venv
  "$KUBEYARD_UV" pip sync --quiet --require-hashes --python .venv/bin/python locks/dev.txt
  "$KUBEYARD_UV" pip install --quiet --no-deps --python .venv/bin/python "${members[@]/#/--editable=}"
  mkdir -p "$build"
  [[ -x $build/gateway/bin/python ]] || "$KUBEYARD_UV" venv --quiet --python "$KUBEYARD_PYTHON" "$build/gateway"
  "$KUBEYARD_UV" pip sync --quiet --require-hashes --python "$build/gateway/bin/python" locks/gateway.txt
  "$KUBEYARD_UV" pip install --quiet --no-deps --python "$build/gateway/bin/python" \
    --editable=yarn/client --editable=yarn/identity --editable=yarn/kernelspecs --editable=yarn/gateway
  export KUBEYARD_TEST_GATEWAY_PYTHON=$build/gateway/bin/python PATH=$root/.venv/bin:$PATH
}

results=()
failed=0
platform=''
labs=''

phase() { # name command...
  local name=$1; shift
  say "$name"
  local begun=$SECONDS verdict=passed
  "$@" || { verdict=FAILED; failed=1; }
  results+=("$(printf '%-34s %-7s %5s s' "$name" "$verdict" "$((SECONDS - begun))")")
}

# shellcheck disable=SC2329  # phase calls it
lint() { pre-commit run --all-files --show-diff-on-failure; }
# shellcheck disable=SC2329  # phase calls it
tests() { local name=$1; shift; python -m pytest --junit-xml="$build/results/$name.xml" "$@"; }
# Much of these tests' time is waiting: a file beside another.
# shellcheck disable=SC2329  # phase calls it
tests_beside_each_other() { tests "$@" --numprocesses 2 --dist loadfile; }
# Tests of Labs bring all they need and mostly wait: they go on beside those that share the one platform.
# shellcheck disable=SC2329  # on_one_platform calls it
begin_labs() {
  tests labs tests/lab -m "daemons and not long" -p no:cacheprovider >"$build/results/labs.log" 2>&1 &
  labs=$!
}
# shellcheck disable=SC2329  # phase calls it
end_labs() {
  local verdict=0
  wait "$labs" || verdict=$?
  labs=''
  cat "$build/results/labs.log"
  return "$verdict"
}

# One platform for all the tests that need one: each start costs minutes.
# shellcheck disable=SC2329  # phase calls it
start_platform() {
  platform=$(mktemp -d /var/tmp/kubeyard-tests-XXXXXX)
  chmod 755 "$platform"
  on_platform || return
  export KUBEYARD_TEST_HOME=$platform
}

# shellcheck disable=SC2329  # phase calls it
on_platform() { KUBEYARD_GATEWAY_SPARES=${KUBEYARD_GATEWAY_SPARES:-0} KUBEYARD_HOME=$platform \
  KUBEYARD_PORT_OFFSET=$KUBEYARD_TEST_PORT_OFFSET bash deployment_local.sh "$@"; }

# shellcheck disable=SC2329  # phase calls it
stop_platform() {
  keep_logs
  [[ ! -d $platform ]] || on_platform stop || failed=1
  rm -rf "$platform"
  platform=''
  unset KUBEYARD_TEST_HOME
}

# However a run ends, nothing of it runs on.
# shellcheck disable=SC2329  # the trap calls it
end_all() {
  end_cluster || true
  [[ -z $labs ]] || kill "$labs"
  [[ -z $platform ]] || stop_platform
}

# shellcheck disable=SC2329  # phases call it
keep_logs() {
  if (( failed )) && [[ -d $platform/logs ]]; then
    mkdir -p "$build/results/logs"
    cp -r "$platform/logs/." "$build/results/logs"
  fi
}

# One platform, a running one or one that is started, for all that the command does.
with_platform() {
  if [[ -z ${KUBEYARD_TEST_HOME:-} ]]; then
    phase "the real platform starts" start_platform
    [[ -n ${KUBEYARD_TEST_HOME:-} ]] || { results+=("not run, without a platform: Chromium, the daemons, Kubernetes, the README"); return; }
  fi
  "$@"
  [[ -z $platform ]] || phase "the real platform ends" stop_platform
}

# Its last command is `reset`: these tests come last on our platform, and never on one that was lent to us.
# shellcheck disable=SC2329  # phase calls it
readme() {
  [[ -z ${platform:-} ]] || { keep_logs; export KUBEYARD_TEST_README_HOME=$platform; }
  tests readme -m readme
}

need_context() {
  [[ -n ${KUBEYARD_TEST_CONTEXT:-}${KUBEYARD_TEST_CLUSTER:-} ]] || {
    echo "KUBEYARD_TEST_CONTEXT is not set: name the context of kubectl whose cluster may be tried on." >&2
    exit 2
  }
}

# shellcheck disable=SC2329  # with_platform calls it
on_kubernetes() {
  if [[ -n ${KUBEYARD_TEST_CONTEXT:-} ]]; then
    try_kubernetes
  elif [[ -z ${KUBEYARD_TEST_CLUSTER:-} ]]; then
    results+=("not run here: Kubernetes; set KUBEYARD_TEST_CONTEXT, then: bash tests/run.sh cluster")
  elif start_cluster; then
    phase "base images" "$KUBEYARD_TEST_CLUSTER/base-images"
    try_kubernetes
    phase "the one-node cluster ends" end_cluster
  fi
}

# shellcheck disable=SC2329  # on_kubernetes calls it
try_kubernetes() {
  [[ -z ${KUBEYARD_TEST_LOAD_IMAGE:-} ]] || phase "images for the cluster" bash tests/load_images.sh
  phase "Kubernetes" tests cluster -m "cluster and not long"
}

# shellcheck disable=SC2329  # with_platform calls it
on_one_platform() {
  phase "Chromium on the real platform" tests browser -m "browser and not long and not readme and not cluster"
  begin_labs
  phase "the real platform" tests daemons --ignore=tests/lab -m "daemons and not long and not browser and not readme and not cluster"
  phase "Labs, beside it" end_labs
  on_kubernetes
  phase "every command of the README" readme
}

summary() {
  say "summary on $(nproc) cores"
  printf '%s\n' "${results[@]}"
  python tests/summary.py "$build/results"
  exit "$failed"
}

main() {
  case ${1:-all} in -h|--help) usage; exit 0 ;; esac
  install_debian_packages
  find_tools
  make_environments
  rm -rf "$build/results"; mkdir -p "$build/results"
  trap end_all EXIT
  case ${1:-all} in
    all)
      phase "rules and types" lint
      phase "Helm" install_helm
      phase "without daemons" tests_beside_each_other without-daemons -m "not daemons and not browser and not readme and not cluster"
      with_platform on_one_platform
      results+=("not run here: the long tests; run them by: bash tests/run.sh long")
      ;;
    fast) phase "fast tests" tests_beside_each_other fast -m "not slow and not daemons and not browser and not readme and not cluster" ;;
    cluster) need_context; with_platform on_kubernetes ;;
    long)
      phase "every Spark that kernels run on" install_sparks
      phase "long tests on the real platform" tests long -m long
      ;;
    lint) phase "rules and types" lint ;;
    *) phase "pytest $*" tests chosen "$@" ;;
  esac
  summary
}

main "$@"
