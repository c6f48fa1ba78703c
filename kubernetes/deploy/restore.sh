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
    printf '  labels: {app.kubernetes.io/name: kubeyard, app.kubernetes.io/managed-by: Helm}\n  annotations:\n'
    printf '    meta.helm.sh/release-name: %s\n    meta.helm.sh/release-namespace: %s\n    helm.sh/resource-policy: keep\ndata:\n' "$release" "$namespace"
    sed 's/^/  /' "$1"
  } | kube apply --server-side --force-conflicts -f - >/dev/null || fail "The Secret $name could not be written."
  say "Secret $name"
}

# Its own program must not run meanwhile: it would write over what is put there.
restore_database() { # COMPONENT FILE
  local deployment file
  deployment=$(full_name)-$1
  file=$(printf '%s\n' "${databases[@]}" | sed -n "s/^$1=//p")
  [[ -n $file ]] || fail "The backup holds a database of $1, which this version does not know."
  kube scale "deployment/$deployment" --replicas 0 >/dev/null
  kube_long wait --for delete pod -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=$1" --timeout "${timeout}s" >/dev/null
  start_loader "$deployment"
  # The program as an argument: standard input is the database.
  kube_long exec -i "$check_pod" -- python -c "$(<"$clone/kubernetes/deploy/sqlite_file.py")" in "$file" <"$2" ||
    fail "The database of $1 could not be put back. Its pods are stopped; run this again."
  kube delete pod "$check_pod" --grace-period 1 >/dev/null
  check_pod=''
  kube scale "deployment/$deployment" --replicas 1 >/dev/null
  kube_long rollout status "deployment/$deployment" --timeout "${timeout}s" >/dev/null
  say "database of $1 is back, and in use"
}

# A pod with the volume of a part of ours, and its image, that waits to be told what to do.
start_loader() { # DEPLOYMENT
  local image claim secrets
  image=$(kube get deployment "$1" -o 'jsonpath={.spec.template.spec.containers[0].image}')
  claim=$(kube get deployment "$1" -o 'jsonpath={.spec.template.spec.volumes[?(@.name=="state")].persistentVolumeClaim.claimName}')
  secrets=$(kube get deployment "$1" -o 'jsonpath={.spec.template.spec.imagePullSecrets}')
  check_pod=$1-restore
  kube delete pod "$check_pod" --ignore-not-found >/dev/null
  kube create -f - >/dev/null <<TEXT
{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "$check_pod", "labels": {"app.kubernetes.io/name": "kubeyard"}},
 "spec": {"automountServiceAccountToken": false, "restartPolicy": "Never", "imagePullSecrets": ${secrets:-[]},
  "securityContext": {"runAsNonRoot": true, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
  "containers": [{"name": "restore", "image": "$image", "command": ["python", "-c", "import signal; signal.pause()"],
   "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
   "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
   "volumeMounts": [{"name": "state", "mountPath": "/var/lib/kubeyard"}]}],
  "volumes": [{"name": "state", "persistentVolumeClaim": {"claimName": "$claim"}}]}}
TEXT
  kube_long wait --for condition=Ready "pod/$check_pod" --timeout "${timeout}s" >/dev/null
}
