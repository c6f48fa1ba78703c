"""How amounts and times are written."""

from datetime import UTC, datetime, timedelta

import pytest
from kubeyard_web.presentation.amounts import cores, memory, plural, size
from kubeyard_web.presentation.times import ago, clock, duration, relative

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, "–"), (0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 * 1024**3, "5.0 GiB")],  # noqa: RUF001
)
def test_bytes_are_written_in_the_unit_that_reads_best(count: int | None, text: str) -> None:
    assert size(count) == text


def test_yarns_megabytes_are_of_1024_kib() -> None:
    assert memory(6144) == "6.0 GiB"
    assert memory(512) == "512.0 MiB"


def test_counts_agree_with_their_noun() -> None:
    assert cores(1) == "1 core"
    assert cores(16) == "16 cores"
    assert plural(1234, "application") == "1,234 applications"
    assert plural(2, "index", "indices") == "2 indices"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "under 1 s"),
        (0.9, "under 1 s"),
        (1, "1 s"),
        (59.9, "59 s"),
        (95, "1 min 35 s"),
        (3700, "1 h 1 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_spans_are_written_in_their_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
    assert duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (4, "just now"),
        (5, "5 s ago"),
        (61, "1 min ago"),
        (7200, "2 h ago"),
        (200_000, "2 d ago"),
    ],
)
def test_moments_are_relative_to_now(seconds: int, text: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == text


def test_a_moment_keeps_its_exact_time_for_whoever_asks() -> None:
    shown = relative(datetime(2026, 11, 21, 9, 30, tzinfo=UTC))

    assert 'datetime="2026-11-21T09:30:00+00:00"' in shown
    assert 'title="2026-11-21 09:30:00 UTC"' in shown
    assert relative(None) == "–"  # noqa: RUF001


def test_a_time_of_day_says_its_day_unless_it_is_today() -> None:
    today = datetime.now(UTC).replace(hour=14, minute=2)

    assert ">14:02 UTC</time>" in clock(today)
    assert ">2026-02-21 14:02 UTC</time>" in clock(datetime(2026, 2, 21, 14, 2, tzinfo=UTC))
    assert "data-clock" in clock(today)
