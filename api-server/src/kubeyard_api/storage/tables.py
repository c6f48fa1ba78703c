"""The tables of the mirror of YARN, of the changes in it, and of who keeps it."""

from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Double, Index, Integer, String, Text, and_, case
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from kubeyard_api.storage.base import Base, UtcDateTime

# What an application may say of itself that outweighs FINISHED, which means only that it has said something.
OUTWEIGHING = ("FAILED", "KILLED")
# SQLite counts up by itself only in a column that is exactly INTEGER.
Serial = BigInteger().with_variant(Integer(), "sqlite")


class ApplicationRow(Base):
    """One application of YARN, kept longer than YARN itself remembers it."""

    __tablename__ = "applications"
    __table_args__ = (
        Index("ix_applications_owner_started_at", "owner", "started_at"),
        Index("ix_applications_started_at", "started_at"),
        Index("ix_applications_is_active", "is_active"),
        Index("ix_applications_kernel_id", "kernel_id"),
    )

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(255))
    queue: Mapped[str] = mapped_column(String(255))
    application_type: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    final_status: Mapped[str] = mapped_column(String(20))
    is_active: Mapped[bool]
    memory_mb: Mapped[int] = mapped_column(BigInteger)
    vcores: Mapped[int]
    running_containers: Mapped[int]
    progress_percent: Mapped[float] = mapped_column(Double)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    diagnostics: Mapped[str] = mapped_column(Text)
    tags: Mapped[str] = mapped_column(Text)
    kernel_id: Mapped[str | None] = mapped_column(String(80))
    kernelspec: Mapped[str | None] = mapped_column(String(200))
    environment_hash: Mapped[str | None] = mapped_column(String(64))
    am_host: Mapped[str] = mapped_column(String(255))
    am_container_id: Mapped[str] = mapped_column(String(100))
    killing_by: Mapped[str | None] = mapped_column(String(63))
    # Lower case, for a search that no database's collation changes.
    search_text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)

    @hybrid_property
    def effective_state(self) -> str:
        """The state that people mean: to YARN a Spark job that failed is FINISHED, and FAILED by its word."""
        if self.state == "FINISHED" and self.final_status in OUTWEIGHING:
            return self.final_status
        return self.state

    @effective_state.inplace.expression
    @classmethod
    def _effective_state(cls) -> ColumnElement[str]:
        is_outweighed = and_(cls.state == "FINISHED", cls.final_status.in_(OUTWEIGHING))
        return case((is_outweighed, cls.final_status), else_=cls.state)


class SnapshotRow(Base):
    """The last known state of one thing that is always read and written as a whole."""

    __tablename__ = "snapshots"

    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reachable: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)


class ChangeRow(Base):
    """That something changed, written in the same transaction as the change itself."""

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_at", "at"), {"sqlite_autoincrement": True})

    version: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    topic: Mapped[str] = mapped_column(String(20))
    ids: Mapped[str] = mapped_column(Text)
    owners: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LeaseRow(Base):
    """Who does a duty that only one process may do, and until when he has it."""

    __tablename__ = "leases"

    duty: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
