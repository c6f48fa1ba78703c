# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: what must be so before anything is installed. All of it only looks, but for the last.

check_before() {
  check_versions
  check_rights needed_rights \
    "ask the cluster's administrator for the role \`admin\` there, or choose another by --namespace or --context"
  check_release
  render
  check_rights rights_of_options \
    "ask the cluster's administrator for these, which the role \`admin\` need not hold, or leave the option away"
  check_storage
}

check_versions() {
  local found helm_version
  found=$(kube version -o json 2>"$scratch/error" | tr -d ' \n') || true
  found=$(sed -n 's/.*"serverVersion":{[^}]*"minor":"\([0-9]*\).*/\1/p' <<<"$found")
  if [[ -z $found ]]; then
    bad "context $context at $server does not answer: $(last_line "$scratch/error")" \
      "see that you are logged in:  kubectl --context $context get namespaces"
    stop_if_bad
  fi
  kubernetes=1.$found
  if ((found < oldest_kubernetes)); then
    bad "Kubernetes $kubernetes at $server is older than 1.$oldest_kubernetes" "upgrade the cluster"
    stop_if_bad
  fi
  good "Kubernetes $kubernetes at $server, context $context"
  helm_version=$(helm version --template '{{.Version}}' 2>/dev/null) || true
  if [[ $helm_version =~ ^v([0-9]+)\.([0-9]+) ]] && ((BASH_REMATCH[1] > 3 || BASH_REMATCH[2] >= oldest_helm)); then
    good "helm $helm_version"
  else
    bad "helm is ${helm_version:-of an unknown version}, older than v3.$oldest_helm" "install a newer helm"
  fi
}

# What the chart always makes, and what this script and helm do beside it. A Role that gives more than its maker may
# do is refused by the cluster, so the Hub's rights over pods, volumes and events are among these.
needed_rights() {
  rights_over secrets configmaps services serviceaccounts persistentvolumeclaims pods deployments.apps jobs.batch \
    networkpolicies.networking.k8s.io roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io
  # helm writes over its record of a release, and waits for what its hooks and Deployments make.
  printf '%s\n' "update secrets" "watch jobs.batch" "list replicasets.apps"
  printf '%s\n' "watch pods" "list events" "watch events" "get pods/log" "create pods/exec"
  # restore stops a part while its database is put back.
  printf '%s\n' "patch deployments.apps/scale" "watch deployments.apps"
  namespace_exists || echo "create namespaces"
}

# What these settings make beside that, such as an Ingress.
rights_of_options() {
  local made
  mapfile -t made < <(resources_made)
  rights_over "${made[@]}" | grep -vxFf <(needed_rights) || true
}

rights_over() { # RESOURCE...
  local resource verb
  for resource; do
    for verb in get list create patch delete; do echo "$verb $resource"; done
  done
}

# The kinds of what is rendered, as rights name them: Ingress of networking.k8s.io/v1 is ingresses.networking.k8s.io.
resources_made() {
  awk '
    /^apiVersion:/ { group = $2; if (!sub("/.*", "", group)) group = "" }
    /^kind:/ {
      name = tolower($2)
      if (name ~ /y$/) sub(/y$/, "ies", name); else name = name (name ~ /s$/ ? "es" : "s")
      print name (group ? "." group : "")
    }' "$scratch/rendered" | sort -u
}

namespace_exists() { kube get namespace "$namespace" >/dev/null 2>&1; }

# All questions in one go: one kubectl for each would take a minute on a far cluster.
questions() {
  local verb resource group rest subresource
  while read -r verb resource; do
    rest=${resource%%/*} subresource='' group=''
    [[ $resource != */* ]] || subresource=${resource#*/}
    [[ $rest != *.* ]] || group=${rest#*.}
    printf -- '---\napiVersion: authorization.k8s.io/v1\nkind: SelfSubjectAccessReview\nspec:\n  resourceAttributes: '
    printf '{namespace: "%s", verb: "%s", group: "%s", resource: "%s", subresource: "%s"}\n' \
      "$namespace" "$verb" "$group" "${rest%%.*}" "$subresource"
  done
}

check_rights() { # COMMAND THAT PRINTS THEM  WHAT TO DO WITHOUT THEM
  local rights answers denied
  rights=$("$1")
  [[ -n $rights ]] || return 0
  # A file, since a kubectl that fails before it has read a pipe's end would fail by that and not say why.
  questions <<<"$rights" >"$scratch/questions"
  # shellcheck disable=SC2016  # kubectl's template, not the shell's
  answers='{{.status.allowed}} {{with .spec.resourceAttributes}}{{.verb}} {{.resource}}{{with .subresource}}/{{.}}{{end}}{{end}}{{"\n"}}'
  if ! kube create --validate=false -f "$scratch/questions" -o "go-template=$answers" >"$scratch/answers" 2>"$scratch/error"; then
    bad "your rights in namespace $namespace cannot be asked for: $(last_line "$scratch/error")" "log in again"
    return
  fi
  denied=$(sed -n 's/^false //p' "$scratch/answers" | paste -sd ',' - | sed 's/,/, /g')
  if [[ -n $denied ]]; then
    bad "you may not, in namespace $namespace: $denied" "$2"
  else
    good "your rights in namespace $namespace suffice"
  fi
}

# A helm that was killed leaves its release between two states, and each later one refuses to touch it.
check_release() {
  local state
  if ! state=$(listed status 2>/dev/null); then
    # Who may not read Secrets has just been told so.
    ((problems)) || bad "helm cannot list the releases here: $(last_line "$scratch/error")" \
      "see that helm works:  helm list --kube-context $context --namespace $namespace"
    return
  fi
  if [[ -n $state && -n $unread ]]; then
    bad "the settings of release $release cannot be read, and would be lost: $unread" \
      "run this again; see what helm says:  helm get values $release --kube-context $context --namespace $namespace"
    stop_if_bad
  fi
  case $state in
    '') good "release $release in namespace $namespace is new" ;;
    pending-*)
      if [[ -n $take_over ]]; then
        good "release $release is left $state by a helm that did not end; it is taken over"
      else
        bad "release $release is $state: a helm works on it, or was killed while it did" \
          "wait for it; if there is none, run this again with --take-over"
      fi ;;
    *) good "release $release is there already ($state); it is upgraded" ;;
  esac
}

# Also shows whether the values are right: the chart's schema names the key that is not.
render() {
  if helm_ template "$release" "$chart" --kube-version "$kubernetes" "${values[@]}" >"$scratch/rendered" 2>"$scratch/error"; then
    good "the settings are right"
  else
    bad "the settings are not right: $(grep -v '^$' "$scratch/error" | sed 's/^Error: //' | paste -sd ' ' -)" \
      "every key is explained in docs/chart-reference.md"
    stop_if_bad
  fi
}

check_storage() {
  local classes default what class without=()
  classes=$(kube get storageclasses -o 'jsonpath={range .items[*]}{.metadata.name}{"="}{.metadata.annotations.storageclass\.kubernetes\.io/is-default-class}{"\n"}{end}' 2>/dev/null) || {
    good "storage classes are not shown to you, so they are taken to be there"
    return
  }
  default=$(sed -n 's/=true$//p' <<<"$classes" | head -n 1)
  while IFS='=' read -r what class; do
    if [[ -z $class ]]; then
      without+=("$what")
    elif ! cut -d= -f1 <<<"$classes" | grep -qxF -e "$class"; then
      bad "there is no storage class $class, which is set for $what" \
        "choose of: $(cut -d= -f1 <<<"$classes" | paste -sd ' ' -)"
    fi
  done < <(new_volumes)
  if [[ -n $default ]]; then
    good "storage class $default, the default"
  elif ((${#without[@]})); then
    bad "no storage class is the default, and none is set for: $(printf '%s\n' "${without[@]}" | paste -sd ',' - | sed 's/,/, /g')" \
      "name one:  --set singleuser.storage.dynamic.storageClass=<name>, webUI.storage.storageClass, hub.storage.storageClass"
  fi
}

# What volumes will be made for, with their storage class; a claim that is there has its volume, whatever its class.
new_volumes() {
  local claim class
  while IFS='=' read -r claim class; do
    kube get persistentvolumeclaim "$claim" >/dev/null 2>&1 || echo "the claim $claim=$class"
  done < <(documents_with 'kind: PersistentVolumeClaim' <"$scratch/rendered" | claims)
  sed -n "s/.*KUBEYARD_LAB_STORAGE_CLASS, value: \"\(.*\)\".*/people's homes=\1/p" "$scratch/rendered"
}

claims() {
  awk '
    function tell() { if (name) print name "=" class; name = class = "" }
    /^apiVersion:/ { tell() }
    /^  name:/ { name = $2 }
    /^  storageClassName:/ { class = $2; gsub(/"/, "", class) }
    END { tell() }'
}
