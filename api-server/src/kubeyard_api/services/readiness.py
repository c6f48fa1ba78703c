"""Whether requests can be served: the database must be there, the rest is told but not required."""

from kubeyard_client.messages.environments import BuildWorker
from kubeyard_client.messages.service import Dependency, Readiness
from sqlalchemy.exc import SQLAlchemyError

from kubeyard_api.parts import Parts
from kubeyard_api.storage.snapshots import APPLICATIONS, read_freshness
from kubeyard_api.storage.worker_signs import read_worker


def readiness(parts: Parts) -> Readiness:
    """Ask the database, and tell what the mirror last knew of the cluster.

    An unreachable cluster, gateway or build worker does not take this service out of use: pages show the
    last known state, which only it can tell.
    """
    database = _database(parts)
    dependencies = [database]
    if database.ready:
        with parts.database.reading() as session:
            fresh, worker = read_freshness(session, APPLICATIONS), read_worker(session)
        dependencies.append(Dependency(name="cluster", ready=fresh.reachable, reason=fresh.reason))
        dependencies.append(Dependency(name="build-worker", ready=worker.healthy, reason=_why_silent(worker)))
    keys = parts.settings.jwks_file
    known = keys.is_file()
    reason = "" if known else f"{keys} is not there yet: the web UI writes it at its start"
    dependencies.append(Dependency(name="public-keys", ready=known, reason=reason))
    return Readiness(ready=database.ready and known, dependencies=tuple(dependencies))


def _why_silent(worker: BuildWorker) -> str:
    if worker.healthy:
        return ""
    since = f"since {worker.silent_since:%Y-%m-%d %H:%M:%S} UTC" if worker.silent_since else "so far"
    return f"no sign of life {since}, so builds wait: start `python -m kubeyard_api worker`, and see its log"


def _database(parts: Parts) -> Dependency:
    try:
        current = parts.database.is_current()
    except SQLAlchemyError as error:
        return Dependency(name="database", ready=False, reason=type(error).__name__)
    reason = "" if current else "the schema is of another version: run `python -m kubeyard_api migrate`"
    return Dependency(name="database", ready=current, reason=reason)
