# shellcheck shell=bash disable=SC2034,SC2154
# Read by deployment_k8s.sh: how it speaks, and how it asks.

fail() { # WHAT IS WRONG  [WHAT TO DO]...
  printf 'Problem: %s\n' "$1" >&2
  shift
  (($# == 0)) || printf '         %s\n' "$@" >&2
  exit 1
}

say() {
  local now=${EPOCHREALTIME/,/.} began=${KUBEYARD_STARTED_AT/,/.}
  awk -v now="$now" -v began="$began" -v text="$1" 'BEGIN { printf "%7.1f s  %s\n", now - began, text }'
}

# Checks are all made before anybody is told to mend something: one line each, and the count decides.
problems=0
good() { say "ok       $1"; }
bad() { # WHAT IS WRONG  WHAT TO DO
  say "problem  $1"
  printf '%11s%s\n' '' "         $2"
  problems=$((problems + 1))
}

stop_if_bad() {
  ((problems == 0)) || fail "$problems of the checks above failed. Nothing was changed${1:-}."
}

confirm() { # QUESTION
  local answer=''
  [[ -z $yes ]] || return 0
  [[ -t 0 ]] || fail "Nobody can be asked here: \"$1\" Give --yes if that is what you want."
  read -r -p "$1 [y/N] " answer
  [[ $answer == [yY]* ]] || fail "Nothing was changed."
}

# Everything temporary, some of it secret, goes away however the script ends.
make_scratch() {
  scratch=$(umask 077 && mktemp -d)
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

clean_up() {
  local process
  for process in $(jobs -p); do kill "$process" 2>/dev/null || true; done
  # A helm that is told to end marks its release as failed, which takes it a moment.
  wait
  if [[ -n ${check_pod:-} ]]; then kube delete pod "$check_pod" --ignore-not-found --wait=false >/dev/null 2>&1 || true; fi
  rm -rf "$scratch" "${unfinished:-$scratch}"
}
