# shellcheck shell=bash disable=SC2154  # what is not set here is set by deployment_yarn_docker.sh
# One file has all settings; the first start makes it.

# They come from one file alone: what a shell happens to export must not make two starts differ.
choose_settings() {
  local name
  given=$work/given
  : >"$given"
  settings=${KUBEYARD_EDGE_SETTINGS:-$clone/.env}
  [[ $settings == /* ]] || settings=$PWD/$settings
  for name in $(compgen -e KUBEYARD_ || true); do
    # By a file: every account of a machine sees arguments, and one of them may be a password.
    printf '%s=%s\n' "$name" "${!name}" >>"$given"
    unset "$name"
  done
  export KUBEYARD_EDGE_SETTINGS=$settings
}

setting() { # NAME [DEFAULT]
  local value
  value=$(sed -n "s/^KUBEYARD_$1=//p" "$settings" | tail -n 1)
  printf '%s' "${value:-${2:-}}"
}

need_settings() {
  [[ ! -e $settings || -r $settings ]] || fail "$settings cannot be read by $(id -un). Run this as the account that made it."
  [[ -e $settings ]] || fail "There is no $settings. Make it: bash deployment_yarn_docker.sh check"
}

ensure_settings() {
  [[ ! -e $settings ]] || { need_settings && return; }
  local part=$settings.part mounts=() named=() folder
  say "there is no $settings: making it of .env.example and what this node tells"
  mapfile -t named < <(sed -nE 's/^KUBEYARD_(HADOOP_CONF_DIR|SPARK_HOME|JAVA_HOME)=//p' "$given")
  for folder in /etc/hadoop /usr/local/hadoop /opt /usr/lib/jvm /usr/lib/spark "${HADOOP_CONF_DIR:-}" "${SPARK_HOME:-}" "${JAVA_HOME:-}" "${named[@]}"; do
    [[ $folder == /* && -d $folder && ! " ${mounts[*]} " == *" $folder:$folder:ro "* ]] && mounts+=(--volume "$folder:$folder:ro")
  done
  bare "${mounts[@]}" --env-file "$given" --env HADOOP_CONF_DIR --env SPARK_HOME --env JAVA_HOME \
    --volume "$clone/.env.example:/example:ro" "$(trial_image)" -m kubeyard_edge fill-in /example >"$part" ||
    { rm -f "$part"; fail "The settings could not be made. Copy .env.example to $settings and fill it in."; }
  mv "$part" "$settings"
  say "look at $settings, and complete what could not be found out"
}

project() { setting EDGE_PROJECT kubeyard-edge; }
api_url() { echo "$(scheme)://$(setting EDGE_ADDRESS):$(setting API_PORT 5000)"; }
gateway_url() { echo "$(scheme)://$(setting EDGE_ADDRESS):$(setting GATEWAY_PORT 8888)"; }
scheme() { if [[ -n $(setting EDGE_TLS) ]]; then echo https; else echo http; fi; }
image() { echo "$(setting REGISTRY)kubeyard/$1:$(setting VERSION 0.1.0)"; }
python_image() { setting PYTHON_IMAGE docker.io/library/python:3.11-slim-bookworm; }
uses_postgresql() { [[ $(setting EDGE_DATABASE sqlite) == postgresql ]]; }
