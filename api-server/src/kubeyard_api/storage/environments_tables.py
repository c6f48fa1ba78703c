"""The tables of environments, their builds and the archives that builds make."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kubeyard_api.storage.base import Base, UtcDateTime

NOT_DELETED = text("deleted_at IS NULL")


class ArchiveRow(Base):
    """One packed environment in HDFS. It never changes; environments with the same packages share it."""

    __tablename__ = "archives"
    __table_args__ = (Index("ix_archives_identity", "identity"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    identity: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    timestamp_ms: Mapped[int] = mapped_column(BigInteger)
    files: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    unused_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EnvironmentRow(Base):
    """A name, the packages that it stands for, and the archive that it points at now."""

    __tablename__ = "environments"
    __table_args__ = (
        # A deleted environment leaves its name free.
        Index(
            "uq_environments_owner_name",
            "owner",
            "name",
            unique=True,
            sqlite_where=NOT_DELETED,
            postgresql_where=NOT_DELETED,
        ),
        Index("ix_environments_archive_sha256", "archive_sha256"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(String(63))
    display_name: Mapped[str] = mapped_column(String(200))
    visibility: Mapped[str] = mapped_column(String(10))
    python: Mapped[str] = mapped_column(String(10))
    conda: Mapped[str] = mapped_column(Text)
    pip: Mapped[str] = mapped_column(Text)
    driver_memory_mb: Mapped[int]
    executor_memory_mb: Mapped[int]
    executors: Mapped[int]
    executor_cores: Mapped[int]
    queue: Mapped[str] = mapped_column(String(200))
    # 0 is never; absent is as the gateway's setting says.
    cull_idle_seconds: Mapped[int | None]
    # As "4.0"; absent is the platform's own.
    spark: Mapped[str | None] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    archive_sha256: Mapped[str | None] = mapped_column(ForeignKey("archives.sha256"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def full_name(self) -> str:
        """`owner/name`, as users and events call it."""
        return f"{self.owner}/{self.name}"

    @property
    def kernelspec(self) -> str:
        """The name of its kernel."""
        return f"{self.owner}.{self.name}"


class BuildRow(Base):
    """One build, from the queue to its end."""

    __tablename__ = "builds"
    __table_args__ = (
        Index("ix_builds_state_queued_at", "state", "queued_at"),
        Index("ix_builds_environment_id_created_at", "environment_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    environment_id: Mapped[str] = mapped_column(ForeignKey("environments.id"))
    state: Mapped[str] = mapped_column(String(20))
    steps: Mapped[str] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(String(40))
    error_detail: Mapped[str | None] = mapped_column(Text)
    # Absent in builds from before this was kept.
    requested_by: Mapped[str | None] = mapped_column(String(63))
    cancel_requested_by: Mapped[str | None] = mapped_column(String(63))
    # Each claim has a token of its own: a worker that lost its lease can no longer write.
    claim: Mapped[str | None] = mapped_column(String(32))
    worker: Mapped[str | None] = mapped_column(String(300))
    lease_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    # What it is about to publish or reuse, so that nobody takes that away meanwhile.
    archive_sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WorkerSignRow(Base):
    """The last sign of life of all who do one duty: where several do it, one that lives is enough."""

    __tablename__ = "worker_signs"

    duty: Mapped[str] = mapped_column(String(40), primary_key=True)
    worker: Mapped[str] = mapped_column(String(300))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Whether the pages were told that it ran out, so that they are told once.
    is_missed: Mapped[bool]
