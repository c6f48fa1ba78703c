"""What the blocks of a benchmark have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring.running_platform import RunningPlatform
from measuring.samples import Samples
from measuring.table import Row


@dataclass(frozen=True)
class Bench:
    """What every block works with; the counts are how many runs are wanted of ours and of stock."""

    platform: RunningPlatform
    cache: Path
    samples: Samples
    count: int
    stock_count: int


@dataclass(frozen=True)
class Block:
    """A part of a benchmark that can be asked for by its name, and gone on with."""

    measure: Callable[[Bench], None]
    rows: Callable[[Samples], Sequence[Row]]
    count: int
    stock_count: int = 0
    what: str = ""
