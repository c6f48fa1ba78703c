"""Asking every part of the edge and of Hadoop, all at once and each within a bound."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.metadata import version

from kubeyard_client.messages.platform import Platform, PlatformPart
from kubeyard_yarn.errors import YarnError
from kubeyard_yarn.history import HistoryServer
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.resource_manager import ResourceManager
from sqlalchemy.exc import SQLAlchemyError

from kubeyard_api.parts import Parts
from kubeyard_api.services.readiness import readiness
from kubeyard_api.storage.snapshots import APPLICATIONS, read_freshness
from kubeyard_api.storage.worker_signs import read_worker

# A page waits for this: what takes longer does not work.
ANSWER_SECONDS = 3.0


def ask_platform(parts: Parts) -> Platform:
    """Ask all of them; what is wrong with one is its own row, never an error."""
    checks: tuple[Callable[[Parts], list[PlatformPart]], ...] = (
        _own,
        _gateway,
        _resource_manager,
        _httpfs,
        _history_server,
    )
    with ThreadPoolExecutor(len(checks)) as pool:
        answers = pool.map(lambda check: check(parts), checks)
        return Platform(parts=tuple(part for answer in answers for part in answer))


def _own(parts: Parts) -> list[PlatformPart]:
    """This service, its database, the keys it knows people by, and the worker that builds."""
    own_version = version("kubeyard-api")
    told = {each.name: each for each in readiness(parts).dependencies}
    ours = [PlatformPart(name="API server", working=True, version=own_version)]
    for name, shown in (("database", "API server's database"), ("public-keys", "Public keys")):
        if each := told.get(name):
            ours.append(PlatformPart(name=shown, working=each.ready, reason=each.reason))
    if worker := told.get("build-worker"):
        with parts.database.reading() as session:
            since = read_worker(session).silent_since
        ours.append(
            PlatformPart(
                name="Build worker",
                working=worker.ready,
                reason=worker.reason,
                since=since,
                version=own_version,
            )
        )
    return ours


def _gateway(parts: Parts) -> list[PlatformPart]:
    told = parts.gateway.health(ANSWER_SECONDS)
    return [PlatformPart(name="Gateway", working=not told.reason, reason=told.reason, version=told.version)]


def _resource_manager(parts: Parts) -> list[PlatformPart]:
    settings = parts.settings
    asked = ResourceManager(
        settings.rm_urls, settings.service_user, ANSWER_SECONDS, ca_file=settings.hadoop_ca_file
    )
    try:
        return [PlatformPart(name="ResourceManager", working=True, version=asked.info().version)]
    except YarnError as error:
        reason = f"{error}. Look at its log on its host; KUBEYARD_RM_URLS says where it is sought"
    return [PlatformPart(name="ResourceManager", working=False, reason=reason, since=_unseen_since(parts))]


def _unseen_since(parts: Parts) -> datetime | None:
    try:
        with parts.database.reading() as session:
            return read_freshness(session, APPLICATIONS).as_of
    except SQLAlchemyError:
        return None


def _httpfs(parts: Parts) -> list[PlatformPart]:
    settings = parts.settings
    asked = HttpFs(
        settings.httpfs_url, settings.service_user, ANSWER_SECONDS, ca_file=settings.hadoop_ca_file
    )
    try:
        asked.as_service().status("/")
    except YarnError as error:
        reason = f"{error}. Look at its log on its host; KUBEYARD_HTTPFS_URL says where it is sought"
        return [PlatformPart(name="HttpFS and HDFS", working=False, reason=reason)]
    return [PlatformPart(name="HttpFS and HDFS", working=True)]


def _history_server(parts: Parts) -> list[PlatformPart]:
    settings, name = parts.settings, "JobHistoryServer"
    asked = HistoryServer(
        settings.history_url, settings.service_user, ANSWER_SECONDS, ca_file=settings.hadoop_ca_file
    )
    try:
        return [PlatformPart(name=name, working=True, version=asked.version())]
    except YarnError as error:
        reason = (
            f"{error}. Logs of applications that have ended cannot be read. KUBEYARD_HISTORY_URL says where "
            "it is sought"
        )
        return [PlatformPart(name=name, working=False, reason=reason)]
