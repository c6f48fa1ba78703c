"""Durations and moments: relative to now, with the exact local time on hover."""

from datetime import UTC, datetime, timedelta

from markupsafe import Markup, escape

from kubeyard_web.presentation.amounts import NOTHING

MINUTE, HOUR, DAY = 60, 3600, 86_400


def duration(span: timedelta | float | None) -> str:
    """Return a span in its two largest units: 95 -> 1 min 35 s."""
    if span is None:
        return NOTHING
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    if seconds < 1:
        return "under 1 s"
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min {seconds % MINUTE} s"
    if seconds < DAY:
        return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"
    return f"{seconds // DAY} d {seconds % DAY // HOUR} h"


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, in the unit that reads best."""
    seconds = int((now - moment).total_seconds())
    if seconds < 5:
        return "just now"
    for length, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def relative(moment: datetime | None) -> Markup:
    """Return a <time> that the browser keeps current and explains with the reader's own clock."""
    if moment is None:
        return escape(NOTHING)
    moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    exact = moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    shown = ago(moment, datetime.now(UTC))
    iso = moment.isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}" data-relative>{}</time>').format(iso, exact, shown)
