# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: which cluster, and who we are there.

# The oldest whose pods have a pause before they end (lifecycle.preStop.sleep), which the chart relies on.
oldest_kubernetes=30
oldest_helm=14

kube() { kubectl --context "$context" --namespace "$namespace" --request-timeout 20s "$@"; }
# What streams or waits may take as long as the pods may. In the foreground, so that an interrupt reaches it.
kube_long() { timeout --foreground "$((timeout + 30))" kubectl --context "$context" --namespace "$namespace" "$@"; }
helm_() { timeout --foreground "$((timeout + 30))" helm --kube-context "$context" --namespace "$namespace" "$@"; }

need_programs() {
  local program
  for program in kubectl helm; do
    command -v "$program" >/dev/null ||
      fail "$program is not installed here. Install it, or run this where it is: it speaks for you to the cluster."
  done
}

choose_context() {
  if [[ -z $context ]]; then
    context=$(kubectl config current-context 2>/dev/null) ||
      fail "kubectl knows no cluster: no current context. Choose one by --context; there are: $(contexts)."
  fi
  server=$(kubectl config view --minify --context "$context" -o 'jsonpath={.clusters[0].cluster.server}' 2>/dev/null) ||
    fail "kubectl knows no context $context. There are: $(contexts)."
}

contexts() { kubectl config get-contexts -o name 2>/dev/null | paste -sd ' ' - | sed 's/^$/none/'; }

# For commands that only need the cluster: says at once if it does not answer.
need_cluster() {
  need_programs
  choose_context
  make_scratch
  kube version >/dev/null 2>"$scratch/error" ||
    fail "The cluster of context $context at $server does not answer: $(last_line "$scratch/error")" \
      "See that you are logged in:  kubectl --context $context get namespaces"
}

need_release() {
  local found
  need_cluster
  found=$(listed name)
  [[ -n $found ]] || fail \
    "There is no release $release in namespace $namespace of context $context. There are: $(releases)." \
    "Choose by --namespace and --release, or install it:  bash deployment_k8s.sh <edge-ip>"
}

# Of helm's flat list: a release's whole description holds many words of the same name.
listed() { # KEY
  local found
  found=$(helm_ list --all --filter "^$release\$" -o json 2>"$scratch/error") ||
    fail "helm cannot list the releases of namespace $namespace: $(last_line "$scratch/error")" \
      "It reads them from Secrets. See whether you may:  kubectl auth can-i list secrets $(in_namespace)"
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$found"
}

in_namespace() { echo "--context $context --namespace $namespace"; }

releases() {
  helm_ list --all-namespaces --all -o json 2>/dev/null | tr '{' '\n' |
    sed -n 's/.*"name":"\([^"]*\)","namespace":"\([^"]*\)".*"chart":"kubeyard-.*/\1 in \2/p' | paste -sd ',' - | sed 's/^$/none/'
}

last_line() { grep -v '^$' "$1" | tail -n 1; }

running_pods() { # COMPONENT
  kube get pods -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=$1" \
    --field-selector status.phase=Running -o name
}

# By the Hub's labels; another release in this namespace has Labs of its own.
labs_of_release() { echo "app.kubernetes.io/component=lab,app.kubernetes.io/instance=$release"; }

# All that is this release's, the homes of its Labs with it; a namespace may have others.
all_of_release() { echo "app.kubernetes.io/name=kubeyard,app.kubernetes.io/instance=$release"; }

# What the names of all parts begin with: the release's name, unless the chart was given another.
full_name() {
  kube get deployment -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=web-ui" \
    -o 'jsonpath={.items[0].metadata.name}' | sed 's/-web-ui$//'
}

need_web_pod() {
  pod=$(running_pods web-ui | head -n 1)
  [[ -n $pod ]] || fail "No pod of the web UI runs in namespace $namespace. See why:  bash deployment_k8s.sh status $(same_release)"
}

# The options that name this release again, for commands that are printed for people.
same_release() {
  local words="--context $context"
  [[ $namespace == kubeyard ]] || words+=" --namespace $namespace"
  [[ $release == kubeyard ]] || words+=" --release $release"
  echo "$words"
}
