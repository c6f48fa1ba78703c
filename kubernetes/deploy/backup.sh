# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: databases, keys and settings into one file.

# Whose database is an SQLite file on a volume, and which.
databases=(web-ui=/var/lib/kubeyard/web.sqlite hub=/var/lib/kubeyard/hub.sqlite)

backup() { # FILE
  local file=$1 part name names claims
  need_release
  [[ ! -e $file ]] || fail "$file is there already. Name another, or remove it."
  unfinished=$file.part
  (umask 077 && : >"$unfinished") 2>/dev/null || fail "$file cannot be written. Name a file in a folder of yours."
  mkdir -m 700 "$scratch/backup" "$scratch/backup/secrets" "$scratch/backup/databases"
  describe >"$scratch/backup/about"
  helm_ get values "$release" -o yaml >"$scratch/backup/values.yaml"
  names=$(secrets_in_use) || fail "The parts of release $release could not be asked which keys they use. No backup was made."
  for name in $names; do copy_secret "$name"; done
  claims=$(database_claims) || fail "The parts of release $release could not be asked for their volumes. No backup was made."
  if [[ -n $claims ]]; then
    for part in "${databases[@]}"; do copy_database "${part%%=*}" "${part#*=}"; done
  else
    say "the databases are PostgreSQL's, which is backed up by its own tools; see docs/backup.md"
  fi
  tar -C "$scratch/backup" -czf - . >"$unfinished"
  mv "$unfinished" "$file"
  say "$file: $(du -h "$file" | cut -f1), with every key and password hash in it: keep it as you keep those"
  say "people's notebooks are not in it: they lie on the volumes home-*, for which see docs/backup.md"
}

describe() {
  printf 'kubeyard %s\nchart %s\nrelease %s\nnamespace %s\nmade %s\n' \
    "$(listed app_version)" "$(listed chart)" "$release" "$namespace" "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
}

# The volumes that hold an SQLite file; none with PostgreSQL.
database_claims() {
  kube get deployments -l "app.kubernetes.io/instance=$release" -o \
    'jsonpath={.items[*].spec.template.spec.volumes[*].persistentVolumeClaim.claimName}'
}

# The Secrets that the platform's own pods mount or read.
secrets_in_use() {
  kube get deployments -l "app.kubernetes.io/instance=$release" -o \
    'jsonpath={range .items[*].spec.template.spec}{range .volumes[*]}{.secret.secretName}{"\n"}{end}{range .containers[*].env[*]}{.valueFrom.secretKeyRef.name}{"\n"}{end}{end}' |
    sort -u | sed '/^$/d'
}

copy_secret() { # NAME
  # shellcheck disable=SC2016  # kubectl's template, not the shell's
  kube get secret "$1" -o 'go-template={{range $key, $value := .data}}{{$key}}: {{$value}}{{"\n"}}{{end}}' \
    >"$scratch/backup/secrets/$1" || fail "The Secret $1 cannot be read."
  say "Secret $1"
}

copy_database() { # COMPONENT FILE
  local from
  from=$(running_pods "$1" | head -n 1)
  [[ -n $from ]] || fail "No pod of $1 runs, and only it can copy its database. See why:  bash deployment_k8s.sh status $(same_release)"
  kube_long exec -i "$from" -c "$1" -- python - out "$2" <"$clone/kubernetes/deploy/sqlite_file.py" \
    >"$scratch/backup/databases/$1.gz" || fail "The database of $1 could not be copied."
  gzip -t "$scratch/backup/databases/$1.gz" || fail "The copy of $1's database did not arrive whole. Try again."
  say "database of $1: $(du -h "$scratch/backup/databases/$1.gz" | cut -f1)"
}
