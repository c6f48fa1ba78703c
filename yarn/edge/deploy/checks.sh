# shellcheck shell=bash disable=SC2154  # what is not set here is set by deployment_yarn_docker.sh
# Checks run in a container like the services' own, so that they see and may what those will.

# An image that has Python: ours where it is there or can be pulled, else the one that ours are built from.
trial_image() {
  if [[ -r $settings && -n $(setting REGISTRY) ]]; then
    image api-server
  elif [[ -r $settings ]] && engine image inspect "$(image api-server)" >/dev/null 2>&1; then
    image api-server
  elif [[ -r $settings ]]; then
    python_image
  else
    echo docker.io/library/python:3.11-slim-bookworm
  fi
}

bare() { # OPTIONS... IMAGE ARGUMENTS...
  engine run --rm --network host --user 10001:10001 --read-only --cap-drop ALL --security-opt label=disable \
    --env PYTHONDONTWRITEBYTECODE=1 --env PYTHONPATH=/checks --volume "$clone/yarn/edge/src:/checks:ro" \
    --entrypoint /usr/local/bin/python3.11 "$@"
}

# The container's account is neither root nor the caller's.
need_readable_checks() {
  [[ -z $(find "$clone/yarn/edge/src" "$clone/.env.example" ! -perm -o=r -print -quit) ]] ||
    fail "The checks run as an account of their own, which may not read $clone/yarn/edge. Run: chmod -R o+rX $clone"
}

check_node() {
  local mounts=() path status=0
  for path in "$(setting HADOOP_CONF_DIR)" "$(setting SPARK_MOUNT "$(setting SPARK_HOME)")" "$(setting JAVA_HOME)" \
    "$(setting HADOOP_CA_FILE)"; do
    # An engine would make a folder of what is not there, and a volume of a name without a folder; the check is to say
    # that it is not there.
    [[ $path == /* && -e $path ]] && mounts+=(--volume "$path:$path:ro")
  done
  need_readable_checks
  say "looking at this node and its cluster ..."
  bare "${mounts[@]}" --env-file "$settings" "$(trial_image)" -m kubeyard_edge check || status=$?
  ((status == 0)) && say "nothing is in the way" && return
  ((status > 2)) && fail "The checks could not run. $engine says above why; is $(trial_image) there, or a registry to pull it from?"
  fail "Mend what is above, in that order (settings: $settings), then run this again."
}
