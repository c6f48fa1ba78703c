# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: taking away what can be made again, and nothing else.

uninstall() {
  need_release
  say "Labs that run: $(kube get pods -l "$(labs_of_release)" -o name 2>/dev/null | wc -l)"
  confirm "Take release $release away from namespace $namespace of context $context? Volumes and keys stay."
  helm_ uninstall "$release" --wait --timeout "${timeout}s" >/dev/null 2>"$scratch/error" ||
    fail "helm could not take it away: $(last_line "$scratch/error")"
  # The Hub makes these, and would find them again; without it nobody stops them.
  kube delete pods -l "$(labs_of_release)" --wait=false >/dev/null
  say "release $release is gone"
  tell_what_stays
}

tell_what_stays() {
  cat <<TEXT

What stays, so that an install by the same name finds it again:
$(kube get persistentvolumeclaims,secrets -l "$(all_of_release)" -o name | sed 's/^/  /')

To delete that too, people's notebooks with it and for ever:
  kubectl --context $context -n $namespace delete persistentvolumeclaims,secrets -l $(all_of_release)
TEXT
}
