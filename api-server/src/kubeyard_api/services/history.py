"""The cluster's past in the words of the API: evenly spaced values, nothing where nothing was seen."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kubeyard_client.messages.history import AmountHistory, ClusterHistory, Span

from kubeyard_api.storage.database import Database
from kubeyard_api.storage.samples import (
    COARSE,
    FINE,
    MEDIUM,
    Resolution,
    collected_since,
    samples_between,
    step_at,
)
from kubeyard_api.storage.samples_tables import SampleRow

# Two looks may be late by half of their distance before a step between them counts as not seen.
SLACK = 1.5


@dataclass(frozen=True)
class Grain:
    """What a span is read from, and how long a step of the answer is: at most 360 steps."""

    resolution: Resolution
    step_seconds: int


GRAINS = {Span.HOUR: Grain(FINE, 10), Span.DAY: Grain(MEDIUM, 300), Span.WEEK: Grain(COARSE, 1800)}
Steps = Sequence[Sequence[SampleRow]]


def cluster_history(
    database: Database, span: Span, seconds_between_looks: float, now: datetime
) -> ClusterHistory:
    """The span that ends `now`. Looks that are far apart make longer steps, not holes between them."""
    grain = GRAINS[span]
    step = _step_seconds(grain, seconds_between_looks)
    ends_at = step_at(now, step) + timedelta(seconds=step)
    count = math.ceil(span.seconds / step)
    starts_at = ends_at - timedelta(seconds=count * step)
    with database.reading() as session:
        rows = samples_between(session, grain.resolution, starts_at, ends_at)
        since = collected_since(session)
    steps = _grouped(rows, starts_at, step, count)
    return ClusterHistory(
        span=span,
        step_seconds=step,
        starts_at=starts_at,
        ends_at=ends_at,
        as_of=now,
        collected_since=since,
        memory_mb=_memory(steps),
        vcores=_vcores(steps),
    )


def _step_seconds(grain: Grain, seconds_between_looks: float) -> int:
    needed = math.ceil(SLACK * seconds_between_looks / grain.resolution.step_seconds)
    return max(grain.step_seconds, needed * grain.resolution.step_seconds)


def _grouped(rows: Sequence[SampleRow], starts_at: datetime, step_seconds: int, count: int) -> Steps:
    steps: list[list[SampleRow]] = [[] for _ in range(count)]
    for row in rows:
        steps[int((row.at - starts_at).total_seconds()) // step_seconds].append(row)
    return steps


def _memory(steps: Steps) -> AmountHistory:
    return AmountHistory(
        used=_averages(steps, lambda row: row.memory_used_mb_sum),
        used_max=_peaks(steps, lambda row: row.memory_used_mb_max),
        pending=_averages(steps, lambda row: row.memory_pending_mb_sum),
        pending_max=_peaks(steps, lambda row: row.memory_pending_mb_max),
        total=_averages(steps, lambda row: row.memory_total_mb_sum),
    )


def _vcores(steps: Steps) -> AmountHistory:
    return AmountHistory(
        used=_averages(steps, lambda row: row.vcores_used_sum),
        used_max=_peaks(steps, lambda row: row.vcores_used_max),
        pending=_averages(steps, lambda row: row.vcores_pending_sum),
        pending_max=_peaks(steps, lambda row: row.vcores_pending_max),
        total=_averages(steps, lambda row: row.vcores_total_sum),
    )


def _averages(steps: Steps, summed: Callable[[SampleRow], int]) -> tuple[float | None, ...]:
    return tuple(
        round(sum(map(summed, rows)) / sum(row.looks for row in rows), 2) if rows else None for rows in steps
    )


def _peaks(steps: Steps, peak: Callable[[SampleRow], int]) -> tuple[int | None, ...]:
    return tuple(max(map(peak, rows)) if rows else None for rows in steps)
