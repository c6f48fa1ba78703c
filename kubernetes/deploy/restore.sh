# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: bringing back what `backup` wrote, into an empty cluster or over what is there.

restore() { # FILE
  local file=$1 given=("${values[@]}") name
  need_programs
  choose_context
  make_scratch
  unpack "$file"
  # What is given now comes last: another edge node, another address.
  values=(--values "$scratch/backup/values.yaml" "${given[@]}")
  [[ -z $registry ]] || values+=(--set-string "imageRegistry=${registry%/}")
  check_before
  stop_if_bad
  confirm "Put the databases, keys and settings of $(about made) into release $release in namespace $namespace of context $context, in place of what is there?"
  make_namespace
  for name in "$scratch"/backup/secrets/*; do restore_secret "$name"; done
  take_over_release
  upgrade
  for name in "$scratch"/backup/databases/*.gz; do
    [[ ! -e $name ]] || restore_database "$(basename "$name" .gz)" "$name"
  done
  whats_next
}

about() { sed -n "s/^$1 //p" "$scratch/backup/about"; }

unpack() { # FILE
  mkdir -m 700 "$scratch/backup"
  tar -C "$scratch/backup" --no-same-owner -xzf "$1" ./about ./values.yaml ./secrets ./databases 2>"$scratch/error" ||
    fail "$1 is no backup that this script wrote: $(last_line "$scratch/error")"
  [[ $(about release) == "$release" ]] || fail "$1 is of release $(about release), whose name its keys and volumes carry. Give --release $(about release)."
  say "$1: Kubeyard $(about kubeyard), of $(about made)"
}

# Marked as helm's own, so that the release takes them over instead of making new ones; and to be kept.
restore_secret() { # FILE
  local name
  name=$(basename "$1")
  {
    printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n' "$name"
    printf '  labels: {app.kubernetes.io/name: kubeyard, app.kubernetes.io/instance: %s, app.kubernetes.io/managed-by: Helm}\n' "$release"
    printf '  annotations:\n'
    printf '    meta.helm.sh/release-name: %s\n    meta.helm.sh/release-namespace: %s\n    helm.sh/resource-policy: keep\ndata:\n' "$release" "$namespace"
    sed 's/^/  /' "$1"
  } | kube apply --server-side --force-conflicts -f - >/dev/null || fail "The Secret $name could not be written."
  say "Secret $name"
}

# Its own program must not run meanwhile: it would write over what is put there. It is stopped last, when all is known
# that must be asked for.
restore_database() { # COMPONENT FILE
  local deployment file
  deployment=$(full_name)-$1
  file=$(printf '%s\n' "${databases[@]}" | sed -n "s/^$1=//p")
  [[ -n $file ]] || fail "The backup holds a database of $1, which this version does not know."
  describe_loader "$deployment" >"$scratch/loader.json" ||
    fail "$deployment cannot be asked where its database lies, which is as it was: $(last_line "$scratch/error")" "Run this again."
  kube scale "deployment/$deployment" --replicas 0 >/dev/null 2>"$scratch/error" ||
    fail "$deployment cannot be stopped, so its database is as it was: $(last_line "$scratch/error")" "Mend that and run this again."
  kube_long wait --for delete pod -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=$1" --timeout "${timeout}s" >/dev/null ||
    fail_stopped "$deployment" "The pod of $1 did not end, so its database is as it was."
  start_loader "$deployment"
  # The program as an argument: standard input is the database.
  kube_long exec -i "$check_pod" -- python -c "$(<"$clone/kubernetes/deploy/sqlite_file.py")" in "$file" <"$2" ||
    fail_stopped "$deployment" "The database of $1 could not be put back, and is as it was."
  kube delete pod "$check_pod" --grace-period 1 >/dev/null 2>"$scratch/error" ||
    fail_stopped "$deployment" "The database of $1 is back, and the pod that put it there cannot be deleted: $(last_line "$scratch/error")"
  check_pod=''
  kube scale "deployment/$deployment" --replicas 1 >/dev/null 2>"$scratch/error" ||
    fail_stopped "$deployment" "The database of $1 is back, and cannot be used yet: $(last_line "$scratch/error")"
  kube_long rollout status "deployment/$deployment" --timeout "${timeout}s" >/dev/null ||
    fail "The database of $1 is back, and its pod does not start. See why:  bash deployment_k8s.sh status $(same_release)"
  say "database of $1 is back, and in use"
}

# Nobody else would start it again.
fail_stopped() { # DEPLOYMENT  WHAT IS WRONG  [WHAT TO DO]...
  fail "$2" "$1 is stopped. Mend that and run this again; or start it with the database that it has now:" \
    "  kubectl scale deployment/$1 --replicas 1 $(in_namespace)" "${@:3}"
}

# A pod with the volume of a part of ours, and its image, that waits to be told what to do. It runs where the part's own
# pods may: others may not reach the volume, or take no pod of ours.
describe_loader() { # DEPLOYMENT
  local image claim secrets place
  image=$(of_pods "$1" 'containers[0].image') || return
  claim=$(of_pods "$1" 'volumes[?(@.name=="state")].persistentVolumeClaim.claimName') || return
  secrets=$(of_pods "$1" imagePullSecrets) || return
  place=$(placement "$1") || return
  cat <<TEXT
{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "$1-restore", "labels": {"app.kubernetes.io/name": "kubeyard"}},
 "spec": {"automountServiceAccountToken": false, "restartPolicy": "Never", "imagePullSecrets": ${secrets:-[]}, $place
  "securityContext": {"runAsNonRoot": true, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
  "containers": [{"name": "restore", "image": "$image", "command": ["python", "-c", "import signal; signal.pause()"],
   "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
   "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
   "volumeMounts": [{"name": "state", "mountPath": "/var/lib/kubeyard"}]}],
  "volumes": [{"name": "state", "persistentVolumeClaim": {"claimName": "$claim"}}]}}
TEXT
}

of_pods() { # DEPLOYMENT PART: nothing where its pods have no such thing; lists and maps as JSON
  kube get deployment "$1" -o "jsonpath={.spec.template.spec.$2}" 2>"$scratch/error"
}

placement() { # DEPLOYMENT
  local key value
  for key in nodeSelector tolerations affinity; do
    value=$(of_pods "$1" "$key") || return
    [[ -z $value ]] || printf '"%s": %s, ' "$key" "$value"
  done
  value=$(of_pods "$1" priorityClassName) || return
  [[ -z $value ]] || printf '"priorityClassName": "%s", ' "$value"
}

start_loader() { # DEPLOYMENT
  check_pod=$1-restore
  { kube delete pod "$check_pod" --ignore-not-found >/dev/null && kube create -f "$scratch/loader.json" >/dev/null; } 2>"$scratch/error" ||
    fail_stopped "$1" "The pod that puts its database back was refused: $(last_line "$scratch/error")"
  kube_long wait --for condition=Ready "pod/$check_pod" --timeout "${timeout}s" >/dev/null ||
    fail_stopped "$1" "The pod that puts its database back did not start, so the database is as it was." \
      "See why:  kubectl get events --field-selector involvedObject.name=$check_pod $(in_namespace)"
}
