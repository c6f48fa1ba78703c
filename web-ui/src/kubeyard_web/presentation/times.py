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


def seconds(span: float) -> str:
    """Return a short time with the precision that matters: 0.04 -> 0.04 s, 6.28 -> 6.3 s."""
    return f"{span:.2f} s" if span < 1 else f"{span:.1f} s"


def ahead(moment: datetime) -> Markup:
    """Return how far ahead a moment is, with its exact time on hover."""
    moment = _in_utc(moment)
    left = max(0, int((moment - datetime.now(UTC)).total_seconds()))
    exact = moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    iso = moment.isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}">in {}</time>').format(iso, exact, duration(left))


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, in the unit that reads best."""
    seconds = int((now - moment).total_seconds())
    if seconds < 5:
        return "just now"
    for length, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def clock(moment: datetime) -> Markup:
    """Return a time of day, with its day unless that is today; the browser writes it in local time."""
    moment = _in_utc(moment)
    is_today = moment.date() == datetime.now(UTC).date()
    shown = moment.strftime("%H:%M UTC" if is_today else "%Y-%m-%d %H:%M UTC")
    return _time(moment, "data-clock", shown)


def relative(moment: datetime | None) -> Markup:
    """Return a <time> that the browser keeps current and explains with the reader's own clock."""
    if moment is None:
        return escape(NOTHING)
    moment = _in_utc(moment)
    return _time(moment, "data-relative", ago(moment, datetime.now(UTC)))


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _time(moment: datetime, kind: str, shown: str) -> Markup:
    exact = moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    iso = moment.isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}" {}>{}</time>').format(iso, exact, kind, shown)
