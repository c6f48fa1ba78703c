"""The marks on the time axis of the picture that needs no script: in UTC, which the page says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from kubeyard_client.messages.history import ClusterHistory, Span

from kubeyard_web.presentation.times import HOUR, MINUTE

# So few that they also fit on a narrow screen.
STEPS = {Span.HOUR: 15 * MINUTE, Span.DAY: 6 * HOUR, Span.WEEK: 48 * HOUR}
FORMATS = {Span.HOUR: "%H:%M", Span.DAY: "%H:%M", Span.WEEK: "%d %b"}


@dataclass(frozen=True)
class TimeMark:
    """A moment on the axis, at so many percent of the plot's width."""

    percent: float
    text: str


def time_marks(history: ClusterHistory) -> Iterator[TimeMark]:
    """Yield the marks of a span, from left to right."""
    step = STEPS[history.span]
    begin, end = history.starts_at.timestamp(), history.ends_at.timestamp()
    moment = -(-begin // step) * step
    while moment <= end:
        at = history.starts_at + timedelta(seconds=moment - begin)
        yield TimeMark(round((moment - begin) / (end - begin) * 100, 2), _text(at, history.span))
        moment += step


def _text(at: datetime, span: Span) -> str:
    return at.strftime(FORMATS[span]).removeprefix("0" if span is Span.WEEK else "")
