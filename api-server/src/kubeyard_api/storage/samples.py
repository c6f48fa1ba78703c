"""The cluster's past, kept in three steps at once: fine for hours, coarse for a week.

Every look at the cluster is added to the row of its step in each resolution, in the transaction that keeps
the look itself. So there is nothing to roll up later and nothing in memory: a restart loses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kubeyard_client.messages.cluster import Amount, Cluster
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kubeyard_api.storage.samples_tables import SampleRow


@dataclass(frozen=True)
class Resolution:
    """How fine the past is kept, and for how long: at most `kept_seconds / step_seconds` rows."""

    step_seconds: int
    kept_seconds: int


# Each longer than the span that is read from it, so that the oldest step of an answer is always complete.
FINE = Resolution(step_seconds=10, kept_seconds=2 * 3600)
MEDIUM = Resolution(step_seconds=60, kept_seconds=26 * 3600)
COARSE = Resolution(step_seconds=600, kept_seconds=8 * 86_400)
RESOLUTIONS = (FINE, MEDIUM, COARSE)


def step_at(moment: datetime, step_seconds: int) -> datetime:
    """The begin of the step that holds this moment. Steps are counted from the epoch."""
    return datetime.fromtimestamp(int(moment.timestamp()) // step_seconds * step_seconds, UTC)


def record_look(session: Session, cluster: Cluster, at: datetime) -> None:
    """Add what was just seen of the cluster."""
    for resolution in RESOLUTIONS:
        _add(_row(session, resolution.step_seconds, at), cluster)


def samples_between(
    session: Session, resolution: Resolution, begin: datetime, end: datetime
) -> Sequence[SampleRow]:
    """The steps that begin at `begin` or later but before `end`, oldest first."""
    return session.scalars(
        select(SampleRow)
        .where(SampleRow.step_seconds == resolution.step_seconds, SampleRow.at >= begin, SampleRow.at < end)
        .order_by(SampleRow.at)
    ).all()


def collected_since(session: Session) -> datetime | None:
    """When the cluster was first seen, as exactly as it is still known; None when it never was."""
    first: datetime | None = None
    step = timedelta(0)
    for resolution in reversed(RESOLUTIONS):
        found = session.scalar(
            select(func.min(SampleRow.at)).where(SampleRow.step_seconds == resolution.step_seconds)
        )
        # A finer row tells more, unless the first ones of its kind have been forgotten already.
        if found is not None and (first is None or found < first + step):
            first = found
        step = timedelta(seconds=resolution.step_seconds)
    return first


def forget_old_samples(session: Session, now: datetime) -> None:
    """Drop what no span reaches any more."""
    for resolution in RESOLUTIONS:
        oldest = now - timedelta(seconds=resolution.kept_seconds)
        session.execute(
            delete(SampleRow).where(SampleRow.step_seconds == resolution.step_seconds, SampleRow.at < oldest)
        )


def _row(session: Session, step_seconds: int, at: datetime) -> SampleRow:
    begin = step_at(at, step_seconds)
    if row := session.get(SampleRow, (step_seconds, begin)):
        return row
    zeros = {
        column.name: 0 for column in SampleRow.__table__.columns if column.name.endswith(("_sum", "_max"))
    }
    row = SampleRow(step_seconds=step_seconds, at=begin, looks=0, **zeros)
    session.add(row)
    return row


def _add(row: SampleRow, cluster: Cluster) -> None:
    memory, vcores = cluster.memory_mb, cluster.vcores
    row.looks += 1
    row.memory_used_mb_sum += memory.used
    row.memory_pending_mb_sum += memory.pending
    row.memory_total_mb_sum += memory.total
    row.vcores_used_sum += vcores.used
    row.vcores_pending_sum += vcores.pending
    row.vcores_total_sum += vcores.total
    _raise_peaks(row, memory, vcores)


def _raise_peaks(row: SampleRow, memory: Amount, vcores: Amount) -> None:
    row.memory_used_mb_max = max(row.memory_used_mb_max, memory.used)
    row.memory_pending_mb_max = max(row.memory_pending_mb_max, memory.pending)
    row.vcores_used_max = max(row.vcores_used_max, vcores.used)
    row.vcores_pending_max = max(row.vcores_pending_max, vcores.pending)
