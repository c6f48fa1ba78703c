"""Taking away what died half-made: folders of builds, uploads, and archives that nobody uses any more."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from kubeyard_yarn.errors import YarnError

from kubeyard_api.builder.publish import ArchiveStore
from kubeyard_api.logs import logger
from kubeyard_api.storage.archives import forget_archive, give_up_unused
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.builds import running_ids
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.snapshots import APPLICATIONS, read_freshness

log = logger(__name__)
# What runs on the cluster must be known this well before an archive is taken away.
FRESH = timedelta(seconds=30)


def sweep_folders(folder: Path, database: Database) -> None:
    """Remove the working folders of builds that do not run."""
    # The folders are listed first: one that is made meanwhile belongs to a build that is marked as running.
    found = list((folder / "work").glob("*"))
    running = _running(database)
    for path in found:
        if path.name not in running:
            shutil.rmtree(path, ignore_errors=True)
            log.info("half-made build removed", build_id=path.name)


def sweep_hdfs(store: ArchiveStore, database: Database) -> None:
    """Remove half-uploaded archives of builds that do not run."""
    known: set[str] | None = None

    def is_running(build_id: str) -> bool:
        nonlocal known
        known = _running(database) if known is None else known
        return build_id in known

    _tolerating(lambda: [log.info("half-made upload removed", name=name) for name in store.sweep(is_running)])


def collect_archives(store: ArchiveStore, database: Database, grace_seconds: float) -> None:
    """Remove archives that no environment, build or application has needed for a while."""
    with database.writing() as session:
        fresh = read_freshness(session, APPLICATIONS)
        if not fresh.reachable or fresh.as_of is None or fresh.as_of < utc_now() - FRESH:
            return
        going = give_up_unused(session, timedelta(seconds=grace_seconds))
    # Outside of any transaction: HDFS may take its time, and others want to write.
    for row in going:
        if _tolerating(partial(store.remove, row.path)):
            log.info("unused archive removed", archive_sha256=row.sha256)
            with database.writing() as session:
                forget_archive(session, row.sha256)


def _running(database: Database) -> set[str]:
    with database.reading() as session:
        return running_ids(session)


def _tolerating(action: Callable[[], object]) -> bool:
    try:
        action()
    except YarnError as error:
        # The cluster may be away for hours; what is left is found again.
        log.warning("archives not swept", reason=str(error))
        return False
    return True
