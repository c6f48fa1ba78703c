# shellcheck shell=bash disable=SC2154  # what is not set here is set by deployment_yarn_docker.sh
# Ending, and keeping what must not be lost.

stop() { # [--end-kernels]
  [[ -z ${1:-} || $1 == --end-kernels ]] || fail "stop knows only --end-kernels, not $1."
  [[ -z ${1:-} ]] || end_kernels "Once YARN answers: bash deployment_yarn_docker.sh stop --end-kernels"
  quietly "Stopping" compose down
  say "stopped; the state stays in the volume $(project)_state"
  [[ -n ${1:-} ]] || say "kernels live on in YARN for half an hour and are found again by the next start; stop --end-kernels ends them"
}

# After a plain stop too, which leaves no container, and kernels in YARN.
end_kernels() { # WHAT TO DO WHEN THAT FAILS
  local id
  # What was never started here has no kernels.
  engine volume inspect "$(project)_state" >/dev/null 2>&1 || return 0
  id=$(container gateway)
  # A gateway that serves would take the end of its kernels for a fault, and say so to notebooks.
  [[ -z $id ]] || quietly "Stopping the gateway" engine stop "$id"
  if (quietly "Ending the kernels" compose run --rm --no-deps -T gateway end-kernels); then
    say "$(grep '^ended' "$work/compose.log")"
    return
  fi
  [[ -z $id ]] || quietly "Starting the gateway again" engine start "$id"
  fail "The kernels live on${id:+, and the gateway is started again}. $1"
}

back_up() { # FILE
  [[ -n ${1:-} ]] || fail "backup wants the file to write. See: bash deployment_yarn_docker.sh --help"
  local id part=$1.part
  [[ ! -e $1 ]] || fail "$1 is there already, and a backup never writes over one. Choose another name."
  id=$(running api-server)
  if uses_postgresql; then
    # shellcheck disable=SC2016  # the container's own variable
    engine exec "$(running database)" sh -c 'pg_dump --username=kubeyard --clean --if-exists kubeyard >"$PGHOST/dump.part" && mv "$PGHOST/dump.part" "$PGHOST/dump.sql"' ||
      fail "The database could not be dumped; see above."
  fi
  engine exec "$id" python -m kubeyard_edge backup /var/lib/kubeyard >"$part" || { rm -f "$part"; fail "Nothing was written; see above."; }
  mv "$part" "$1"
  say "wrote $1 ($(du -h "$1" | cut -f1)); it holds keys, so keep it where nobody else reads it"
}

restore() { # FILE
  [[ -r ${1:-} ]] || fail "restore wants a backup that can be read, not '${1:-}'."
  [[ -z $(container api-server) && -z $(container gateway) ]] || fail "The services are there. Stop them first: bash deployment_yarn_docker.sh stop"
  have_images
  bare_state kubeyard_edge restore /var/lib/kubeyard <"$1" | indented || fail "Nothing was restored; see above."
  if uses_postgresql; then restore_database; fi
  say "restored. Now: bash deployment_yarn_docker.sh"
}

restore_database() {
  quietly "Starting the database" compose up -d --no-deps database
  wait_for database
  # shellcheck disable=SC2016  # the container's own variable
  quietly "Reading the database's dump" engine exec "$(container database)" sh -c \
    'psql --quiet --set=ON_ERROR_STOP=1 --username=kubeyard --dbname=kubeyard --file="$PGHOST/dump.sql"'
}

# A module on the state's volume, standard input included, which compose's own `run` does not hand on everywhere.
bare_state() { # MODULE ARGUMENTS...
  engine run --rm -i --network none --user 10001:10001 --read-only --cap-drop ALL --security-opt label=disable \
    --volume "$(project)_state:/var/lib/kubeyard" --entrypoint python "$(image api-server)" -m "$@"
}

remove() { # --yes
  local volumes=("$(project)_state" "$(project)_sockets")
  [[ ${1:-} == --yes ]] || fail "remove deletes the database, the kernels' records and the keys of this node. Say so: remove --yes"
  # Without YARN nothing ends the kernels; where that cluster is gone for good, nothing has to.
  end_kernels "Once YARN answers: bash deployment_yarn_docker.sh remove --yes. Where that cluster is gone for good: stop, then $engine volume rm --force ${volumes[*]}"
  quietly "Stopping" compose down
  engine volume rm --force "${volumes[@]}" >/dev/null
  say "removed; $settings, the images and what lies in HDFS stay"
}
