# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: how everything is.

show_status() {
  need_release
  printf 'release %s in namespace %s, context %s: %s, revision %s, %s, of %s\n\n' \
    "$release" "$namespace" "$context" "$(listed status)" "$(listed revision)" "$(listed chart)" "$(listed updated | cut -d. -f1)"
  show_pods
  show_labs
  show_volumes
  show_edge
}

show_pods() {
  kube get pods -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component in (web-ui,hub,proxy)" -o \
    'custom-columns=POD:.metadata.name,READY:.status.containerStatuses[*].ready,RESTARTS:.status.containerStatuses[*].restartCount,STATE:.status.phase,SINCE:.status.startTime,NODE:.spec.nodeName'
  why_not_ready
  echo
}

show_labs() {
  local labs
  labs=$(kube get pods -l "$(labs_of_release)" --no-headers -o 'custom-columns=P:.status.phase' 2>/dev/null | sort | uniq -c |
    awk '{ printf "%s%s %s", separator, $1, $2; separator = ", " }')
  echo "Labs: ${labs:-none}"
}

show_volumes() {
  echo "Volumes:"
  kube get persistentvolumeclaims -l "$(all_of_release)" --no-headers -o \
    'custom-columns=N:.metadata.name,P:.status.phase,S:.spec.resources.requests.storage' | sed 's/^/  /'
}

# As the web UI sees it: from its own pod, by the library that it asks with and by the authorities that this believes.
show_edge() {
  local question='import os, requests; requests.get(os.environ["KUBEYARD_API_URL"] + "/healthz", timeout=5).raise_for_status()'
  pod=$(running_pods web-ui | head -n 1)
  [[ -n $pod ]] || return 0
  if kube exec "$pod" -c web-ui -- python -c "$question" >/dev/null 2>"$scratch/error"; then
    echo "Edge node: answers"
  else
    echo "Edge node: does not answer the web UI: $(grep -v '^command terminated' "$scratch/error" | tail -n 1)"
    echo "  Logins and Labs go on. Look there:  bash deployment_yarn_docker.sh status"
  fi
}
