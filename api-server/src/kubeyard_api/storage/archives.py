"""Archives in HDFS: shared by environments with the same packages, removed when nobody uses them."""

from collections.abc import Sequence
from datetime import timedelta

from kubeyard_client.messages.environments import BuildState
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.environments_tables import ArchiveRow, BuildRow, EnvironmentRow
from kubeyard_api.storage.tables import ApplicationRow

# So much of the digest is in an application's tag.
TAGGED_DIGITS = 16
# The identity of an archive that is being removed from HDFS: no build may find it any more.
GOING = ""


def pin_known_archive(session: Session, build: BuildRow, identity: str) -> ArchiveRow | None:
    """An archive with exactly this content, which stays until the build has ended."""
    known = select(ArchiveRow).where(ArchiveRow.identity == identity, ArchiveRow.identity != GOING)
    row = session.scalars(known.with_for_update()).first()
    if row:
        build.archive_sha256, row.unused_since = row.sha256, None
    return row


def reserve_digest(session: Session, build: BuildRow, sha256: str) -> bool:
    """Let a build publish this archive; False while an old copy of it is still being removed."""
    row = session.get(ArchiveRow, sha256, with_for_update=True)
    if row and row.identity == GOING:
        return False
    build.archive_sha256 = sha256
    return True


def give_up_unused(session: Session, grace: timedelta) -> Sequence[ArchiveRow]:
    """Mark archives unused for `grace` as going, and return them with those that were marked before.

    The grace is for a kernel that starts just now: it shows up among the applications only after a while.
    """
    pointed_at = exists().where(
        EnvironmentRow.archive_sha256 == ArchiveRow.sha256, EnvironmentRow.deleted_at.is_(None)
    )
    about_to_be_used = exists().where(
        BuildRow.archive_sha256 == ArchiveRow.sha256, BuildRow.state == BuildState.RUNNING.value
    )
    used = pointed_at | about_to_be_used
    session.execute(update(ArchiveRow).where(used).values(unused_since=None))
    free = session.scalars(select(ArchiveRow).where(~used).with_for_update(skip_locked=True)).all()
    for row in free:
        running = applications_in(session, row.sha256)
        row.unused_since = None if running else row.unused_since or utc_now()
        if row.unused_since and row.unused_since + grace <= utc_now():
            row.identity = GOING
    return [row for row in free if row.identity == GOING]


def applications_in(session: Session, sha256: str) -> Sequence[str]:
    """The live applications whose containers may still unpack this archive."""
    live = select(ApplicationRow.id).where(
        ApplicationRow.is_active, ApplicationRow.environment_hash == sha256[:TAGGED_DIGITS]
    )
    return session.scalars(live).all()


def environments_with(session: Session, sha256: str, besides: str) -> Sequence[str]:
    """The other environments that point at this archive, as `owner/name`."""
    others = select(EnvironmentRow).where(
        EnvironmentRow.archive_sha256 == sha256,
        EnvironmentRow.deleted_at.is_(None),
        EnvironmentRow.id != besides,
    )
    return [row.full_name for row in session.scalars(others)]


def forget_archive(session: Session, sha256: str) -> None:
    """Drop what is gone from HDFS; deleted environments no longer point at it."""
    pointing = update(EnvironmentRow).where(EnvironmentRow.archive_sha256 == sha256)
    session.execute(pointing.values(archive_sha256=None))
    session.execute(delete(ArchiveRow).where(ArchiveRow.sha256 == sha256, ArchiveRow.identity == GOING))
