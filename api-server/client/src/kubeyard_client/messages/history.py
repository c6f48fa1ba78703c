"""How much of the cluster was used, waited for and there, over the last hour, day or week."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from kubeyard_client.messages.base import Message, Request


class Span(StrEnum):
    """How far back."""

    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"

    @property
    def seconds(self) -> int:
        """Its length."""
        return {Span.HOUR: 3600, Span.DAY: 86_400, Span.WEEK: 604_800}[self]


class HistoryQuery(Request):
    """Which part of the past."""

    span: Span = Span.HOUR


class AmountHistory(Message):
    """One resource over time, a value for each step; null where the cluster was not seen in that step.

    `used`, `pending` and `total` are averages over the step, `used_max` and `pending_max` the most that was
    seen in it.
    """

    used: tuple[float | None, ...] = ()
    used_max: tuple[int | None, ...] = ()
    pending: tuple[float | None, ...] = ()
    pending_max: tuple[int | None, ...] = ()
    total: tuple[float | None, ...] = ()


class ClusterHistory(Message):
    """The cluster over a span: value number i is of the step that begins at starts_at + i * step_seconds.

    The last step is the one that it is now, so it is not complete.
    """

    span: Span = Span.HOUR
    step_seconds: int = Field(gt=0)
    starts_at: datetime
    ends_at: datetime = Field(description="The end of the last step, which may lie ahead")
    as_of: datetime = Field(description="When this was read")
    collected_since: datetime | None = Field(description="When the cluster was first seen, as far as kept")
    memory_mb: AmountHistory
    vcores: AmountHistory

    def step_begin(self, step: int) -> datetime:
        """When step number `step` begins, which is when the one before it ends."""
        return self.starts_at + timedelta(seconds=step * self.step_seconds)
