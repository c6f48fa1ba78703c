"""One resource over a span: all that is drawn, and the same in words."""

import json
from dataclasses import dataclass
from functools import cached_property

from kubeyard_client.messages.history import AmountHistory, ClusterHistory

from kubeyard_web.plots import paths
from kubeyard_web.plots.scale import Scale, scale_for
from kubeyard_web.plots.units import Unit
from kubeyard_web.presentation.times import duration

SPAN_WORDS = {"1h": "last hour", "24h": "last 24 hours", "7d": "last 7 days"}


@dataclass(frozen=True)
class Plot:
    """Memory or cores over time; `key` is its id on the page."""

    key: str
    title: str
    unit: Unit
    history: ClusterHistory
    amounts: AmountHistory

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self.amounts.used)

    @cached_property
    def scale(self) -> Scale:
        """The vertical scale."""
        limit = max(_most(self.amounts.total), _most(self.amounts.used_max))
        return scale_for(limit, _most(self.amounts.pending_max), self.unit)

    @cached_property
    def since(self) -> int:
        """The first step after collecting had begun: before it, nothing is missing."""
        since = self.history.collected_since
        if since is None or since <= self.history.starts_at:
            return 0
        passed = (since - self.history.starts_at).total_seconds()
        return min(int(passed // self.history.step_seconds), self.count)

    @cached_property
    def gaps(self) -> list[tuple[int, int]]:
        """Where the cluster was not seen: first step, number of steps.

        The last step is not over yet: that nothing was seen in it says something only after another gap.
        """
        found = paths.gaps(self.amounts.used, self.since)
        return found[:-1] if found and found[-1] == (self.count - 1, 1) else found

    @property
    def shapes(self) -> dict[str, str]:
        """The paths that are drawn, in this order, by their class."""
        top, amounts = self.scale.top, self.amounts
        return {
            "peak": paths.area(amounts.used_max, top),
            "used-area": paths.area(amounts.used, top),
            "total": paths.line(amounts.total, top),
            "used": paths.line(amounts.used, top),
            "pending": paths.boxes(amounts.pending_max, top),
        }

    @cached_property
    def latest(self) -> int | None:
        """The last step in which the cluster was seen."""
        known = [step for step, value in enumerate(self.amounts.used) if value is not None]
        return known[-1] if known else None

    def used(self, step: int) -> str:
        """What was used of how much: 6.0 of 8.0 GiB."""
        return self.unit.of(self.amounts.used[step] or 0, self.amounts.total[step] or 0)

    def beyond(self, step: int) -> str:
        """What more is to be said of a step: its peak where it is another, and what was waited for."""
        peak = self.unit.write(self.amounts.used_max[step] or 0)
        words = [] if peak == self.unit.write(self.amounts.used[step] or 0) else [f"peak {peak}"]
        if pending := self.amounts.pending_max[step]:
            words.append(f"{self.unit.write(pending)} waited for")
        return ", ".join(words)

    @cached_property
    def summary(self) -> str:
        """What the whole plot shows, in words."""
        if self.latest is None:
            return f"The cluster was not seen in the {SPAN_WORDS[self.history.span]}."
        used = [value for value in self.amounts.used if value is not None]
        average = self.unit.of(sum(used) / len(used), self.amounts.total[self.latest] or 0)
        words = f"{average} used on average, {self.unit.write(_most(self.amounts.used_max))} at most."
        if pending := _most(self.amounts.pending_max):
            words += f" Up to {self.unit.write(pending)} waited for."
        if self.gaps:
            missing = sum(length for _, length in self.gaps) * self.history.step_seconds
            words += f" Not seen for {duration(missing).removesuffix(' 0 s').removesuffix(' 0 min')}."
        return words

    @cached_property
    def for_script(self) -> str:
        """The same as JSON, for the script that draws it with a cursor."""
        amounts = self.amounts
        return json.dumps(
            {
                "span": self.history.span.value,
                "unit": self.unit.name,
                "start": int(self.history.starts_at.timestamp()),
                "step": self.history.step_seconds,
                "since": self.since,
                "gaps": self.gaps,
                "top": self.scale.top,
                "marks": {str(value): self.unit.mark(value) for value in self.scale.marks},
                "used": _short(amounts.used),
                "peak": amounts.used_max,
                "pending": amounts.pending_max,
                "total": _short(amounts.total),
            },
            separators=(",", ":"),
        )


def _most(values: tuple[float | None, ...]) -> float:
    return max((value for value in values if value is not None), default=0)


def _short(values: tuple[float | None, ...]) -> list[float | None]:
    """Whole numbers without their ".0": most are whole, and all are sent."""
    return [int(value) if value is not None and value.is_integer() else value for value in values]
