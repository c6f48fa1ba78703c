"""Environments and builds put straight into the database, for what happens after that."""

from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.builds import add_build
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.environments import add_environment
from kubeyard_api.storage.environments_tables import ArchiveRow
from kubeyard_client.messages.environments import EnvironmentVisibility, NewEnvironment


def queue_build(
    database: Database,
    name: str = "lab",
    owner: str = "ada",
    visibility: EnvironmentVisibility = EnvironmentVisibility.PRIVATE,
) -> str:
    """Add an environment with a waiting build, and return the build's id."""
    with database.writing() as session:
        wanted = NewEnvironment(name=name, visibility=visibility, pip=("humanize",))
        row = add_environment(session, owner, wanted, name)
        session.flush()
        return add_build(session, row, owner).id


def add_archive(database: Database, sha256: str) -> None:
    """Add an archive, as a build does that has published it."""
    with database.writing() as session:
        session.add(
            ArchiveRow(
                sha256=sha256,
                identity=sha256,
                path=f"/kubeyard/envs/{sha256}.tar.gz",
                size_bytes=1,
                timestamp_ms=1,
                files=1,
                created_at=utc_now(),
            )
        )
