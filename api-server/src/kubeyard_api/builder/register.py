"""Making a published archive the one that an environment's kernel runs in."""

from pathlib import Path

from kubeyard_client.messages.environments import (
    BuildState,
    BuildStep,
    EnvironmentState,
    EnvironmentVisibility,
)
from kubeyard_kernelspecs import KernelSpec, Resource, ResourceKind, Visibility, write_kernelspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from kubeyard_api.builder.publish import Published
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.builds import finish, steps_text
from kubeyard_api.storage.environments_tables import ArchiveRow, BuildRow, EnvironmentRow


def remember_archive(
    session: Session, sha256: str, identity: str, published: Published, files: int
) -> ArchiveRow:
    """Keep what HDFS says of an archive."""
    row = session.get(ArchiveRow, sha256, with_for_update=True)
    if row is None:
        row = ArchiveRow(sha256=sha256, files=files, created_at=utc_now())
        session.add(row)
    row.identity, row.path = identity, published.path
    row.size_bytes, row.timestamp_ms = published.size_bytes, published.timestamp_ms
    row.unused_since = None
    session.flush()
    return row


def register(
    session: Session, build: BuildRow, archive: ArchiveRow, steps: list[BuildStep], kernelspecs: Path
) -> bool:
    """Point the environment at its new archive and write the kernelspec, then end the build.

    The file comes before the commit: should the commit fail, the kernelspec names an archive that exists,
    and the build is done again. An environment deleted meanwhile gets no kernel back.
    """
    environment = session.get_one(EnvironmentRow, build.environment_id, with_for_update=True)
    if environment.deleted_at is not None:
        finish(session, build, BuildState.CANCELLED)
        return False
    environment.archive_sha256 = archive.sha256
    environment.updated_at = utc_now()
    session.flush()
    sharing = select(EnvironmentRow).where(
        EnvironmentRow.archive_sha256 == archive.sha256, EnvironmentRow.deleted_at.is_(None)
    )
    for row in session.scalars(sharing):
        # All of them: an archive that was lost and uploaded again has another time, which nodes compare.
        write_kernelspec(kernelspecs, kernelspec_of(row, archive))
    build.steps = steps_text(steps)
    finish(session, build, BuildState.SUCCEEDED)
    environment.state = EnvironmentState.READY.value
    return True


def kernelspec_of(environment: EnvironmentRow, archive: ArchiveRow) -> KernelSpec:
    """The kernel of an environment."""
    return KernelSpec(
        name=environment.kernelspec,
        display_name=environment.display_name,
        owner=environment.owner,
        public=environment.visibility == EnvironmentVisibility.PUBLIC.value,
        environment_hash=archive.sha256,
        archive=Resource(
            # Without a host: every node resolves it by its own configuration, a pair of NameNodes included.
            uri=f"hdfs://{archive.path}",
            size=archive.size_bytes,
            timestamp_ms=archive.timestamp_ms,
            kind=ResourceKind.ARCHIVE,
            visibility=Visibility.PUBLIC,
        ),
        driver_memory_mb=environment.driver_memory_mb,
        executor_memory_mb=environment.executor_memory_mb,
        executors=environment.executors,
        executor_cores=environment.executor_cores,
        queue=environment.queue,
        cull_idle_seconds=environment.cull_idle_seconds,
        spark=environment.spark or "",
    )
