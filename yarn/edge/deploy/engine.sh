# shellcheck shell=bash disable=SC2154,SC2034  # read and set by deployment_yarn_docker.sh and its other parts
# Docker or podman, and compose with the files that the settings ask for.

# One that hangs must not hang this.
answers_soon() { timeout 30 "$@" >/dev/null 2>&1; }

find_engine() {
  local wanted=${KUBEYARD_EDGE_ENGINE:-}
  builder=${KUBEYARD_IMAGE_BUILDER:-}
  [[ $wanted =~ ^(docker|podman|)$ ]] || fail "KUBEYARD_EDGE_ENGINE is '$wanted'. Set it to docker or podman."
  if [[ $wanted != podman ]] && answers_soon docker info && answers_soon docker compose version; then
    engine=docker compose=(docker compose)
  elif [[ $wanted != docker ]] && answers_soon podman info && command -v podman-compose >/dev/null; then
    engine=podman compose=(podman-compose)
    check_podman_compose
  else
    explain_engine
  fi
}

# Older ones know neither ${NAME:+value} nor conditions in depends_on, and say nothing about it.
check_podman_compose() {
  local version
  version=$(podman-compose --version 2>/dev/null | sed -n 's/^podman-compose version:* *//p')
  printf '%s\n%s\n' 1.5.0 "${version:-0}" | sort --version-sort --check=quiet ||
    fail "podman-compose is ${version:-of an unknown version}, and 1.5 is needed. Install it by pip: pip install podman-compose"
}

explain_engine() {
  if answers_soon docker info; then
    fail "docker has no compose plug-in. Install the package docker-compose-plugin (docker-compose-v2)."
  elif answers_soon podman info; then
    fail "podman-compose is missing. Install it: pip install podman-compose (1.5 or later)."
  elif command -v docker >/dev/null && [[ -S /var/run/docker.sock && ! -w /var/run/docker.sock ]]; then
    fail "docker refuses this account. Run this as root, or add $(id -un) to the group docker."
  elif command -v docker >/dev/null || command -v podman >/dev/null; then
    fail "docker or podman is installed and does not answer. See \`docker info\` or \`podman info\`, and start its service."
  fi
  fail "There is neither docker nor podman on this node. Install docker with its compose plug-in, or podman and podman-compose."
}

# Where Debian, Red Hat and SUSE keep what they trust. An engine would make a folder of a file that is not there.
ca_bundle() {
  local file
  for file in "$(setting CA_BUNDLE)" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem; do
    [[ -f $file ]] && echo "$file" && return
  done
  fail "This node trusts no certificates: install the package ca-certificates, or name a file by KUBEYARD_CA_BUNDLE in $settings."
}

# What it starts lives on, and must not keep this script's lock.
engine() { "$engine" "$@" 9>&-; }

compose() {
  local files=(-f "$clone/docker-compose.yml") profiles=()
  if [[ $(setting GATEWAY_SUBMISSION rest) == spark-submit ]]; then files+=(-f "$clone/docker-compose.spark-submit.yml"); fi
  if [[ -n $(setting HADOOP_CA_FILE) ]]; then files+=(-f "$clone/docker-compose.hadoop-tls.yml"); fi
  if uses_postgresql; then
    profiles=(--profile postgresql)
    export KUBEYARD_API_DATABASE_URL="postgresql://kubeyard@/kubeyard?host=/var/lib/kubeyard/database"
  fi
  KUBEYARD_CA_BUNDLE=$(ca_bundle) || exit 1
  export KUBEYARD_CA_BUNDLE
  "${compose[@]}" "${files[@]}" -p "$(project)" --env-file "$settings" "${profiles[@]}" "$@" 9>&-
}

# Compose tells much that is nobody's business while all goes well.
quietly() { # WHAT COMMAND...
  local what=$1 log=$work/compose.log
  shift
  # Podman complains about health checks wherever there is no systemd; they are asked for here.
  "$@" >"$log" 2>&1 || { grep -v 'systemd connection' "$log" | tail -n 20 | indented >&2; fail "$what failed; see above."; }
}

container() { # SERVICE
  engine ps --all --quiet --filter "label=com.docker.compose.project=$(project)" \
    --filter "label=com.docker.compose.service=$1" | head -n 1
}
