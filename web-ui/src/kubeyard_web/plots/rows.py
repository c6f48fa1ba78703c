"""A plot's numbers as the rows of a table: few enough to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from kubeyard_client.messages.history import AmountHistory, ClusterHistory, Span

from kubeyard_web.plots.units import Unit
from kubeyard_web.presentation.times import HOUR, MINUTE

ROW_SECONDS = {Span.HOUR: 5 * MINUTE, Span.DAY: 2 * HOUR, Span.WEEK: 12 * HOUR}


@dataclass(frozen=True)
class Cell:
    """One resource in one stretch of time."""

    used: str
    peak: str
    pending: str


@dataclass(frozen=True)
class Row:
    """A stretch of time; without cells when the cluster was not seen in it."""

    begin: datetime
    cells: tuple[Cell, ...]


def rows(history: ClusterHistory, resources: Sequence[tuple[AmountHistory, Unit]]) -> list[Row]:
    """Return the rows since collecting began, the newest first."""
    since = history.collected_since or history.ends_at
    length = ROW_SECONDS[history.span]
    steps = range(len(history.memory_mb.used))
    found = []
    for number, group in groupby(steps, lambda step: int(history.step_begin(step).timestamp()) // length):
        stretch = tuple(group)
        if history.step_begin(stretch[-1] + 1) > since:
            cells = (_cell(amounts, unit, stretch) for amounts, unit in resources)
            begin = datetime.fromtimestamp(number * length, UTC)
            found.append(Row(begin, tuple(cell for cell in cells if cell)))
    return found[::-1]


def _cell(amounts: AmountHistory, unit: Unit, stretch: Sequence[int]) -> Cell | None:
    seen = [step for step in stretch if amounts.used[step] is not None]
    if not seen:
        return None
    used = sum(amounts.used[step] or 0 for step in seen) / len(seen)
    # Of what was there in the end: half a node that joined in between was never there.
    total = amounts.total[seen[-1]] or 0
    peak = max(amounts.used_max[step] or 0 for step in seen)
    pending = max(amounts.pending_max[step] or 0 for step in seen)
    return Cell(unit.of(used, total), unit.write(peak), unit.write(pending) if pending else "nothing")
