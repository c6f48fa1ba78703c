# shellcheck shell=bash disable=SC2034,SC2154,SC2329
# Read by run.sh: a Kubernetes cluster of this machine's own, up for as long as its tests take. Its commands lie in the
# folder KUBEYARD_TEST_CLUSTER: up, which prints what a shell needs to use it, status, base-images, build-image,
# load-image and down. A run that was to have one and gets none, for lack of time as well, has failed.

# What images and tests take on a cluster that is up; a first `up` may build Kubernetes itself.
cluster_tests_minutes=35
cluster_ours=''

# The tests before need no cluster, and what idles beside them disturbs what they measure.
start_cluster() {
  local left=$((${KUBEYARD_TEST_MINUTES:-120} * 60 - SECONDS - cluster_tests_minutes * 60))
  local log=$build/results/cluster.log began=$SECONDS
  say "a one-node cluster starts"
  : >"$log"
  if "$KUBEYARD_TEST_CLUSTER/status" >/dev/null 2>&1; then
    echo "It runs already, and goes on afterwards."
  else
    cluster_ours=1
  fi
  if ! bring_up "$left" "$log"; then
    # Whoever asks for a cluster and gets none must not see a run that passed.
    failed=1
    results+=("FAILED: KUBERNETES WAS NOT TRIED. $KUBEYARD_TEST_CLUSTER/up brought up no cluster:" "  $(tail -n 1 "$log")")
    end_cluster
    return 1
  fi
  results+=("$(printf '%-34s %-7s %5s s' "a one-node cluster starts" passed "$((SECONDS - began))")")
}

bring_up() { # SECONDS LOG
  local words follower code=0
  if (($1 < 60)); then
    echo "no time was left for it; give the run more by KUBEYARD_TEST_MINUTES (${KUBEYARD_TEST_MINUTES:-120})" >>"$2"
    return 1
  fi
  # By the file alone: what it starts may keep hold of its output, and nobody waits for that to end.
  tail -f --pid=$$ "$2" >&2 &
  follower=$!
  words=$(timeout --kill-after 30 "$1" "$KUBEYARD_TEST_CLUSTER/up" 2>>"$2") || code=$?
  kill "$follower"
  wait "$follower" || true
  ((code != 124)) || echo "it was ended after $1 s; give the run more time by KUBEYARD_TEST_MINUTES" >>"$2"
  ((code == 0)) || return 1
  eval "$words"
  export KUBEYARD_IMAGE_BUILDER=$KUBEYARD_TEST_CLUSTER/build-image KUBEYARD_TEST_LOAD_IMAGE=$KUBEYARD_TEST_CLUSTER/load-image
  KUBEYARD_TEST_CONTEXT=$(kubectl config current-context 2>>"$2") || return 1
  export KUBEYARD_TEST_CONTEXT
}

# One that ran before is somebody's.
end_cluster() {
  [[ -n $cluster_ours ]] || return 0
  cluster_ours=''
  "$KUBEYARD_TEST_CLUSTER/down"
}
