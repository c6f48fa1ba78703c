# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: whether a pod reaches the edge node. It is the chart's own test, run before all else.

check_edge() {
  local phase='' deadline=$((SECONDS + 180)) waiting
  adopt_authority
  helm_ template "$release" "$chart" --kube-version "$kubernetes" "${values[@]}" --show-only templates/tests/checks.yaml |
    documents_with -test-edge >"$scratch/edge-pod.yaml"
  check_pod=$(sed -n 's/^  name: //p' "$scratch/edge-pod.yaml")
  kube delete pod "$check_pod" --ignore-not-found >/dev/null
  kube create -f "$scratch/edge-pod.yaml" >/dev/null 2>"$scratch/error" ||
    fail "The pod that tries the edge node was refused: $(last_line "$scratch/error")"
  while [[ $phase != Succeeded && $phase != Failed ]]; do
    ((SECONDS < deadline)) || fail "The pod that tries the edge node did not end: ${waiting:-see kubectl describe pod $check_pod}"
    # An answer that fails is no reason to give up: the deadline is.
    phase=$(kube get pod "$check_pod" -o 'jsonpath={.status.phase}') || true
    waiting=$(kube get pod "$check_pod" -o 'jsonpath={range .status.containerStatuses[*].state.waiting}{.reason}: {.message}{end}') || true
    case $waiting in *ErrImage* | *ImagePull* | *InvalidImageName*) image_problem "$waiting" && return ;; esac
    sleep 0.5
  done
  tell_edge "$phase"
  kube delete pod "$check_pod" --wait=false >/dev/null
  check_pod=''
}

# Labs and platform share it; nothing in it may ever be privileged.
make_namespace() {
  namespace_exists && return
  kube create namespace "$namespace" >/dev/null
  kube label namespace "$namespace" pod-security.kubernetes.io/enforce=restricted >/dev/null 2>&1 ||
    say "namespace $namespace keeps the cluster's own pod security: you may not set it"
}

# The edge's authority must be there for the test, and is then the release's as if helm had made it.
adopt_authority() {
  local secret
  secret=$(helm_ template "$release" "$chart" --kube-version "$kubernetes" "${values[@]}" --show-only templates/edge/ca.yaml 2>/dev/null) || return 0
  [[ $secret == *kind:* ]] || return 0
  kube apply -f - <<<"$secret" >/dev/null
  kube annotate -f - "meta.helm.sh/release-name=$release" "meta.helm.sh/release-namespace=$namespace" --overwrite \
    <<<"$secret" >/dev/null
}

image_problem() {
  bad "the nodes cannot get the image: $1" \
    "build and push it:  bash deployment_k8s.sh --build --push <registry>, then give --registry <registry>"
}

tell_edge() { # PHASE
  local line
  while read -r line; do
    case $line in
      fine:*) good "from a pod, ${line#fine: } answers" ;;
      wrong:*) bad "from a pod, ${line#wrong: }" \
        "start the edge node (bash deployment_yarn_docker.sh there) and open its ports to the cluster; --edge-later goes on without" ;;
    esac
  done < <(kube logs "$check_pod")
  [[ $1 == Succeeded ]] || ((problems)) || bad "the pod that tries the edge node failed" "kubectl -n $namespace logs $check_pod"
}

documents_with() { # TEXT: of the YAML documents on standard input, those that hold it
  awk -v wanted="$1" '
    /^---/ { if (index(document, wanted)) printf "%s", document; document = ""; next }
    { document = document $0 "\n" }
    END { if (index(document, wanted)) printf "%s", document }'
}
