# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: the keys that sign people's tokens, and how the edge node comes to know them.

keys_secret() {
  kube get deployment -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=web-ui" -o \
    'jsonpath={.items[0].spec.template.spec.volumes[?(@.name=="signing-keys")].secret.secretName}'
}

# By the web UI's own code, in one of its pods, through standard input and output: no key ever lies in a file there.
signing_keys() { # ACTION
  kube_long exec -i "$pod" -c web-ui -- python -m kubeyard_web signing-keys "$1"
}

stored_keys() { kube get secret "$secret" -o 'go-template={{index .data "signing-keys" | base64decode}}'; }

# Refused if anybody changed the Secret since it was read.
store_keys() { # VERSION, and the keys on standard input
  local keys
  keys=$(base64 | tr -d '\n')
  kube patch secret "$secret" --type merge --patch-file /dev/stdin >/dev/null <<TEXT
{"metadata": {"resourceVersion": "$1"}, "data": {"signing-keys": "$keys"}}
TEXT
}

change_keys() { # ACTION
  local version
  version=$(kube get secret "$secret" -o 'jsonpath={.metadata.resourceVersion}')
  stored_keys | signing_keys "$1" >"$scratch/keys" || fail "The keys could not be changed; they are as they were."
  [[ -s $scratch/keys ]] || fail "The web UI gave no keys; they are as they were."
  store_keys "$version" <"$scratch/keys" || fail "The Secret $secret was changed by somebody else meanwhile. Run this again."
}

# The public half, as the edge wants it.
print_keys() {
  need_release
  need_web_pod
  secret=$(keys_secret)
  stored_keys | signing_keys public
}

# Two steps, so that nothing is signed by a key that the edge does not know yet. In between the tokens of before
# go on, and so does everybody.
rotate_keys() {
  need_release
  need_web_pod
  secret=$(keys_secret)
  if [[ -n $finish ]]; then
    need_next_key
    confirm "Does the edge node have the next key, so that tokens may be signed by it?"
    sign_by_next_key
    return
  fi
  confirm "Make the next signing key of release $release in namespace $namespace of context $context?"
  change_keys prepare
  say "the next key is made and not used yet"
  if [[ -n $edge_command ]]; then
    stored_keys | signing_keys public | bash -c "$edge_command" || fail "The edge node did not take the keys. The key in use is still the old one."
    say "the edge node has it"
    sign_by_next_key
    return
  fi
  cat <<TEXT

Now give it to the edge node, and then let it sign:
  bash deployment_k8s.sh keys $(same_release) | ssh <edge> 'bash deployment_yarn_docker.sh keys -'
  bash deployment_k8s.sh rotate-keys --finish $(same_release)
TEXT
}

# Else a key would be made and signed by that the edge node has never seen, and nobody's token would be taken.
need_next_key() {
  stored_keys >"$scratch/keys" || fail "The Secret $secret cannot be read. Nothing was changed."
  grep -q '"is_next": *true' "$scratch/keys" ||
    fail "No next key waits: it signs already, or was never made. Nothing was changed." \
      "Make one:  bash deployment_k8s.sh rotate-keys $(same_release)"
}

sign_by_next_key() {
  change_keys rotate
  say "the next key is in use; the old one stays known until its tokens have ended"
  await_keys
}

# A mounted Secret changes in the pods a minute or so later.
await_keys() {
  local wanted deadline=$((SECONDS + 180)) one
  wanted=$(stored_keys | signing_keys public | sha256sum)
  say "waiting until the web UI's pods have it ..."
  for one in $(running_pods web-ui); do
    until [[ $(public_keys_in "$one" | sha256sum) == "$wanted" ]]; do
      ((SECONDS < deadline)) || fail "${one#pod/} still has the old keys after 180 s. It takes the new ones by itself; see its log."
      sleep 2
    done
    say "${one#pod/} has it"
  done
}

public_keys_in() { # POD: by what lies in its own file
  # shellcheck disable=SC2016  # the pod's variable, not the shell's
  kube exec "$1" -c web-ui -- sh -c 'exec python -m kubeyard_web signing-keys public <"$KUBEYARD_WEB_SIGNING_KEYS_FILE"' 2>/dev/null
}

admin_link() {
  need_release
  need_web_pod
  kube exec "$pod" -c web-ui -- python -m kubeyard_web admin-link
}
