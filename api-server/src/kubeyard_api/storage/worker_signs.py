"""The sign of life that a build worker renews, and that runs out when no worker is there any more."""

from datetime import timedelta

from kubeyard_client.messages.environments import BuildWorker
from kubeyard_client.messages.events import Topic
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.changes import record_change
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.environments_tables import WorkerSignRow

BUILDS = "builds"


def give_sign(database: Database, worker: str, good_for_seconds: float) -> None:
    """Show that this worker lives; whoever watches is told if none did before."""
    try:
        with database.writing() as session:
            _give(session, worker, good_for_seconds)
    except IntegrityError:
        # Two workers gave the very first sign in the same moment: one is enough.
        return


def _give(session: Session, worker: str, good_for_seconds: float) -> None:
    now = utc_now()
    sign = session.scalar(select(WorkerSignRow).where(WorkerSignRow.duty == BUILDS).with_for_update())
    is_news = sign is None or sign.is_missed or sign.expires_at < now
    sign = sign or WorkerSignRow(duty=BUILDS)
    sign.worker, sign.seen_at, sign.is_missed = worker, now, False
    sign.expires_at = now + timedelta(seconds=good_for_seconds)
    session.add(sign)
    session.flush()
    if is_news:
        _tell(session)


def read_worker(session: Session) -> BuildWorker:
    """Whether a worker lives, and since when none does."""
    sign = session.get(WorkerSignRow, BUILDS)
    if sign is None:
        return BuildWorker(healthy=False)
    healthy = sign.expires_at >= utc_now()
    return BuildWorker(healthy=healthy, silent_since=None if healthy else sign.seen_at)


def tell_if_missed(database: Database) -> bool:
    """Tell the pages, once, that the sign of life ran out; False when there is nothing new to tell."""
    late = (
        WorkerSignRow.duty == BUILDS,
        WorkerSignRow.is_missed.is_(False),
        WorkerSignRow.expires_at < utc_now(),
    )
    with database.reading() as session:
        # Asked each second by every process: only news may take the database's one place to write.
        if session.scalar(select(WorkerSignRow.duty).where(*late)) is None:
            return False
    with database.writing() as session:
        missed = update(WorkerSignRow).where(*late).values(is_missed=True).returning(WorkerSignRow.duty)
        if session.execute(missed).first() is None:
            return False
        _tell(session)
    return True


def _tell(session: Session) -> None:
    # No ids: it concerns everybody who has, or wants, an environment.
    record_change(session, Topic.ENVIRONMENTS, {})
