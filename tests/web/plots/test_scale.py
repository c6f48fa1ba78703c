"""The scale of a plot, and how its values are written."""

import pytest
from kubeyard_web.plots.scale import scale_for
from kubeyard_web.plots.units import CORES, MEMORY

GIB = 1024


@pytest.mark.parametrize(
    ("limit", "marks"),
    [
        (8 * GIB, ["0", "2 GiB", "4 GiB", "6 GiB", "8 GiB"]),
        (12032, ["0", "4 GiB", "8 GiB"]),
        (600, ["0", "256 MiB", "512 MiB"]),
        (3 * GIB * GIB, ["0", "1 TiB", "2 TiB", "3 TiB"]),
    ],
)
def test_memory_is_marked_at_powers_of_two(limit: int, marks: list[str]) -> None:
    scale = scale_for(limit, 0, MEMORY)
    assert [MEMORY.mark(value) for value in scale.marks] == marks
    assert limit < scale.top < limit * 1.1


@pytest.mark.parametrize(
    ("limit", "marks"), [(8, "0 2 4 6 8"), (16, "0 5 10 15"), (3, "0 1 2 3"), (900, "0 500")]
)
def test_cores_are_marked_at_round_numbers(limit: int, marks: str) -> None:
    assert " ".join(CORES.mark(value) for value in scale_for(limit, 0, CORES).marks) == marks


def test_demand_is_shown_beyond_what_there_is_but_does_not_squash_it() -> None:
    assert scale_for(8, demand=10, unit=CORES).top > 10
    assert scale_for(8, demand=5000, unit=CORES).top < 16
    assert scale_for(0, demand=5000, unit=CORES).top > 5000
    assert scale_for(0, 0, CORES).top > 0


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (6144, 8192, "6.0 of 8.0 GiB"),
        (0, 8192, "0 of 8.0 GiB"),
        (512, 8192, "512.0 MiB of 8.0 GiB"),
        (2560.33, 8192, "2.5 of 8.0 GiB"),
        (0, 0, "0 of 0 GiB"),
    ],
)
def test_memory_is_written_with_its_whole(part: float, whole: float, text: str) -> None:
    assert MEMORY.of(part, whole) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1, 8, "1 of 8 cores"),
        (2.5, 8, "2.5 of 8 cores"),
        (1.04, 1, "1 of 1 core"),
        (1200, 4800, "1,200 of 4,800 cores"),
    ],
)
def test_cores_are_written_with_their_whole(part: float, whole: float, text: str) -> None:
    assert CORES.of(part, whole) == text
