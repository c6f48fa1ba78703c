#!/usr/bin/env bash
# What the official image does before its first start: a cluster of databases for POSTGRES_USER, and POSTGRES_DB in it.
set -euo pipefail

mkdir -p "$PGDATA" /var/run/postgresql
# For programs beside it that run as other accounts; where the folder is another's, it is open already.
chmod 03775 /var/run/postgresql || true
if [[ ! -s $PGDATA/PG_VERSION ]]; then
  # initdb wants its account to have a name.
  wrapper=(/usr/lib/*/libnss_wrapper.so)
  passwd=$(mktemp)
  echo "postgres:x:$(id -u):$(id -g):PostgreSQL:$PGDATA:/bin/false" >"$passwd"
  LD_PRELOAD=${wrapper[0]} NSS_WRAPPER_PASSWD=$passwd NSS_WRAPPER_GROUP=/etc/group \
    initdb --username="$POSTGRES_USER" --pgdata="$PGDATA" --auth="$POSTGRES_HOST_AUTH_METHOD" --encoding=UTF8
  # With the options of the lasting server, and no network.
  pg_ctl --pgdata="$PGDATA" --options="$(printf '%q ' "${@:2}" -c listen_addresses=)" --wait start
  PGHOST='' psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres --command="CREATE DATABASE $POSTGRES_DB"
  pg_ctl --pgdata="$PGDATA" --mode=fast --wait stop
fi
exec "$@"
