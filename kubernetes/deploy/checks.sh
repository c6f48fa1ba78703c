# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: what must be so before anything is installed. All of it only looks, but for the last.

check_before() {
  check_versions
  check_rights
  check_release
  render
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
  elif ((found < oldest_kubernetes)); then
    bad "Kubernetes 1.$found at $server is older than 1.$oldest_kubernetes" "upgrade the cluster"
  else
    good "Kubernetes 1.$found at $server, context $context"
    kubernetes=1.$found
  fi
  helm_version=$(helm version --template '{{.Version}}' 2>/dev/null)
  if [[ $helm_version =~ ^v([0-9]+)\.([0-9]+) ]] && ((BASH_REMATCH[1] > 3 || BASH_REMATCH[2] >= oldest_helm)); then
    good "helm $helm_version"
  else
    bad "helm is ${helm_version:-of an unknown version}, older than v3.$oldest_helm" "install a newer helm"
  fi
}

# What the chart makes, and what this script does beside it. A Role that gives more than its maker may do is
# refused by the cluster, so the Hub's rights over pods and volumes are among these.
needed_rights() {
  local resource verb
  for resource in secrets configmaps services serviceaccounts persistentvolumeclaims pods deployments.apps jobs.batch \
    networkpolicies.networking.k8s.io roles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io; do
    for verb in get list create patch delete; do echo "$verb $resource"; done
  done
  echo "list events"
  echo "create pods/exec"
  namespace_exists || echo "create namespaces"
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

check_rights() {
  local answers denied
  needed_rights >"$scratch/rights"
  # shellcheck disable=SC2016  # kubectl's template, not the shell's
  answers='{{.status.allowed}} {{with .spec.resourceAttributes}}{{.verb}} {{.resource}}{{with .subresource}}/{{.}}{{end}}{{end}}{{"\n"}}'
  if ! questions <"$scratch/rights" | kube create --validate=false -f - -o "go-template=$answers" >"$scratch/answers" 2>"$scratch/error"; then
    bad "your rights in namespace $namespace cannot be asked for: $(last_line "$scratch/error")" "log in again"
    return
  fi
  denied=$(sed -n 's/^false //p' "$scratch/answers" | paste -sd ',' - | sed 's/,/, /g')
  if [[ -n $denied ]]; then
    bad "you may not, in namespace $namespace: $denied" \
      "ask the cluster's administrator for the role \`admin\` there, or choose another by --namespace or --context"
  else
    good "your rights in namespace $namespace suffice"
  fi
}

# A helm that was killed leaves its release between two states, and each later one refuses to touch it.
check_release() {
  local state
  state=$(listed status)
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
  local classes default wanted
  classes=$(kube get storageclasses -o 'jsonpath={range .items[*]}{.metadata.name}{"="}{.metadata.annotations.storageclass\.kubernetes\.io/is-default-class}{"\n"}{end}' 2>/dev/null) || {
    good "storage classes are not shown to you, so they are taken to be there"
    return
  }
  default=$(sed -n 's/=true$//p' <<<"$classes" | head -n 1)
  while read -r wanted; do
    grep -q "^$wanted=" <<<"$classes" || bad "there is no storage class $wanted" "choose of: $(cut -d= -f1 <<<"$classes" | paste -sd ' ' -)"
  done < <(wanted_classes)
  if [[ -n $default ]]; then
    good "storage class $default, the default"
  elif homes_need_default; then
    bad "no storage class is the default, and people's homes name none" \
      "name one:  --set singleuser.storage.dynamic.storageClass=<name>, webUI.storage.storageClass, hub.storage.storageClass"
  fi
}

wanted_classes() { sed -n 's/^ *storageClassName: *"\{0,1\}\([^" ]*\)"\{0,1\}$/\1/p' "$scratch/rendered" | sort -u; }

homes_need_default() { grep -A1 'KUBEYARD_LAB_STORAGE_CLASS' "$scratch/rendered" | grep -q 'value: ""'; }
