"""The shape of a row of values: each holds for its whole step, and where there is none nothing is drawn.

Coordinates are steps to the right and thousandths of the plot's height downwards: the picture is stretched
to its place by the browser.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

HEIGHT = 1000
Values = Sequence[float | None]


def line(values: Values, top: float) -> str:
    """Return the path along the values."""
    return "".join(f"M{begin} {first}{along}" for begin, first, along in _strokes(values, top))


def area(values: Values, top: float) -> str:
    """Return the path around what lies below the values."""
    strokes = _strokes(values, top)
    return "".join(f"M{begin} {HEIGHT}V{first}{along}V{HEIGHT}Z" for begin, first, along in strokes)


def boxes(values: Values, top: float) -> str:
    """Return the path around what lies below the values, open at the bottom: nothing where they are zero."""
    strokes = _strokes([value or None for value in values], top)
    return "".join(f"M{begin} {HEIGHT}V{first}{along}V{HEIGHT}" for begin, first, along in strokes)


def gaps(values: Values, since: int) -> list[tuple[int, int]]:
    """Return the first step and the number of steps of each gap, from step `since` on."""
    stretches = _stretches(values[since:])
    return [(since + at, len(stretch)) for at, is_missing, stretch in stretches if is_missing]


def _strokes(values: Values, top: float) -> Iterator[tuple[int, int, str]]:
    """Each stretch of values: its first step, its first height and the way from there on."""
    for begin, known in _known(values):
        heights = [_down(value, top) for value in known]
        yield begin, heights[0], _along(begin, heights)


def _known(values: Values) -> Iterator[tuple[int, list[float]]]:
    for at, is_missing, stretch in _stretches(values):
        if not is_missing:
            yield at, [value for value in stretch if value is not None]


def _stretches(values: Values) -> Iterator[tuple[int, bool, list[float | None]]]:
    at = 0
    for is_missing, group in groupby(values, lambda value: value is None):
        stretch = list(group)
        yield at, is_missing, stretch
        at += len(stretch)


def _along(begin: int, heights: list[int]) -> str:
    """Return the steps to the right and up or down, with equal neighbours as one."""
    parts = []
    for number in range(1, len(heights)):
        if heights[number] != heights[number - 1]:
            parts.append(f"H{begin + number}V{heights[number]}")
    return "".join(parts) + f"H{begin + len(heights)}"


def _down(value: float, top: float) -> int:
    return round(HEIGHT - value / top * HEIGHT)
