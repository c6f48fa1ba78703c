# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: installing and upgrading, with what happens to the pods as progress.

install() { # EDGE
  need_programs
  choose_context
  make_scratch
  collect_values "$1"
  check_before
  stop_if_bad
  [[ -z $only_check ]] || { say "everything checked is fine; the edge is only tried when installing" && return; }
  confirm "Install Kubeyard as $release into namespace $namespace of context $context, $server?"
  make_namespace
  if [[ -z $edge_later ]]; then
    check_edge
    stop_if_bad " but namespace $namespace and what this check needs in it"
  fi
  take_over_release
  upgrade
  whats_next
}

# Earlier settings stay as long as nobody gives others: running it again with the address alone changes nothing.
collect_values() { # EDGE
  local given=("${values[@]}")
  values=()
  if helm_ get values "$release" -o yaml >"$scratch/previous.yaml" 2>"$scratch/error"; then
    values+=(--values "$scratch/previous.yaml")
  else
    # What a new release answers too; check_release knows whether it is one.
    unread=$(last_line "$scratch/error") || unread='helm gives no reason'
  fi
  find_edge "$1"
  values+=("${given[@]}" --set-string "edge.host=$1")
  [[ -z $registry ]] || values+=(--set-string "imageRegistry=${registry%/}")
}

# Network policies know addresses only, and that of the edge node before says nothing of another. By a file, so that an
# operator's own files and --set come after it and count.
find_edge() { # EDGE
  local host cidr address=''
  host=$(edge_before host) cidr=$(edge_before cidr)
  [[ $host != "$1" || -z $cidr ]] || return 0
  [[ -z $cidr ]] || say "edge.cidr $cidr was set for the edge node before, $host, and counts no more"
  if [[ ! $1 =~ ^[0-9.]+$ ]]; then
    address=$(getent ahostsv4 "$1" 2>/dev/null | awk 'NR == 1 { print $1 }') || true
    if [[ -n $address ]]; then
      say "edge node $1 has the address $address"
    else
      say "edge node $1 is a name that this machine does not know, so edge.cidr must be given"
    fi
  fi
  # Without one the chart takes the host itself, and refuses a name.
  printf 'edge: {cidr: "%s"}\n' "${address:+$address/32}" >"$scratch/edge.yaml"
  values+=(--values "$scratch/edge.yaml")
}

# Of the edge's settings in what helm printed, a key a line; other parts have a cidr too.
edge_before() { # KEY
  awk -v key="  $1:" '/^[^ ]/ { edge = $1 == "edge:" } edge && index($0, key) == 1 { gsub(/["\047]/, "", $2); print $2 }' \
    "$scratch/previous.yaml"
}

# Goes back to what was last whole; a first install that was cut off is taken away, its volumes and keys stay.
take_over_release() {
  local state whole
  state=$(listed status)
  [[ $state == pending-* ]] || return 0
  whole=$(helm_ history "$release" -o json | tr '{' '\n' | sed -n 's/.*"revision":\([0-9]*\).*"status":"\(deployed\|superseded\)".*/\1/p' | tail -n 1)
  if [[ -n $whole ]]; then
    say "going back to revision $whole, which was whole"
    helm_ rollback "$release" "$whole" --no-hooks >/dev/null
  else
    say "taking away the first install, which was cut off; volumes and keys stay"
    helm_ uninstall "$release" --no-hooks >/dev/null
  fi
}

upgrade() {
  local began=$SECONDS code=0 helm
  say "helm upgrade --install $release, waiting for the pods ..."
  watch_events
  helm --kube-context "$context" --namespace "$namespace" upgrade "$release" "$chart" --install --wait \
    --timeout "${timeout}s" "${values[@]}" >"$scratch/helm" 2>"$scratch/error" &
  helm=$!
  while kill -0 "$helm" 2>/dev/null; do
    tell_events
    sleep 0.5
  done
  wait "$helm" || code=$?
  tell_events
  kill "$watcher" 2>/dev/null || true
  ((code == 0)) || explain_failure
  say "Kubeyard is ready, $((SECONDS - began)) s after helm began"
}

# What Kubernetes says of the pods, as it says it; without tabs, which kubectl makes columns of. kubectl itself is in
# the background, so that it ends with us.
watch_events() {
  : >"$scratch/events"
  # shellcheck disable=SC2016  # kubectl's template, not the shell's
  kubectl --context "$context" --namespace "$namespace" get events --watch-only \
    -o 'go-template={{.involvedObject.kind}}|{{.involvedObject.name}}|{{.reason}}|{{.message}}{{"\n"}}' \
    >>"$scratch/events" 2>/dev/null &
  watcher=$!
  exec 3<"$scratch/events"
}

tell_events() {
  local kind name reason message
  while IFS='|' read -r -u 3 kind name reason message; do
    case $kind/$reason in
      Pod/Scheduled | Pod/Pulling | Pod/Started | Pod/Killing | Pod/Failed* | Pod/BackOff | */FailedCreate | */Provisioning*)
        say "$name: $reason: ${message:0:160}" ;;
    esac
  done
}

explain_failure() {
  say "helm gave up: $(last_line "$scratch/error")"
  why_not_ready
  fail "Kubeyard is not ready. What the pods say is above." \
    "Mend it and run this again; or go back:  helm rollback --kube-context $context -n $namespace $release"
}

# Of each pod that is not ready: what it waits for, its last warning, the end of its log.
why_not_ready() {
  local pod ready why
  while read -r pod ready why; do
    [[ $ready == *false* || $ready == '<none>' || $why == *Pending* ]] || continue
    printf '\n%s: %s\n' "$pod" "$why"
    kube get events --field-selector "involvedObject.name=$pod,type=Warning" --sort-by .lastTimestamp \
      -o 'jsonpath={range .items[-1:]}{.reason}: {.message}{"\n"}{end}' 2>/dev/null || true
    kube logs "$pod" --all-containers --tail 5 2>/dev/null || true
  done < <(kube get pods -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component!=test" --no-headers -o \
    'custom-columns=A:.metadata.name,B:.status.containerStatuses[*].ready,C:.status.phase,D:.status.containerStatuses[*].state.waiting.reason')
}

whats_next() {
  local web full
  full=$(full_name)
  web=$(kube get deployment -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=web-ui" -o \
    'jsonpath={.items[0].spec.template.spec.containers[0].env[?(@.name=="KUBEYARD_ISSUER")].value}')
  printf '\nOpen it: '
  ways_in "$web"
  cat <<TEXT

Give the edge node the keys that people's tokens are signed by, once and after each rotation:
  bash deployment_k8s.sh keys $(same_release) | ssh <edge> 'bash deployment_yarn_docker.sh keys -'

TEXT
  if kube get deployment "$full-web-ui" -o yaml | grep -A1 'name: KUBEYARD_WEB_DEMO' | grep -q '"true"'; then
    echo "WARNING: the demo accounts Guest/guest and Admin/admin are open to everybody who reaches it."
  else
    printf "The first administrator's link, good once and for 24 hours:\n  bash deployment_k8s.sh admin-link %s\n" "$(same_release)"
  fi
}

# Behind an Ingress, a route or a balancer the address is what was set; else through this machine.
ways_in() { # WEB
  local service
  if [[ -n $(kube get ingresses,services -l "app.kubernetes.io/instance=$release" -o \
    'jsonpath={range .items[?(@.kind=="Ingress")]}x{end}{range .items[?(@.spec.type=="LoadBalancer")]}x{end}{range .items[?(@.spec.type=="NodePort")]}x{end}' 2>/dev/null) ]] ||
    grep -q '^kind: HTTPRoute' "$scratch/rendered" 2>/dev/null; then
    echo "$1"
    return
  fi
  echo "$1, after these two commands, each in a terminal of its own"
  for service in web-ui:5000 proxy-public:8000; do
    echo "  kubectl --context $context -n $namespace port-forward service/$full-${service%:*} ${service#*:}:${service#*:}"
  done
}
