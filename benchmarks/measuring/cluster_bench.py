"""What the blocks of the deployment's benchmark have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from measuring.samples import Samples
from measuring.table import Row


@dataclass(frozen=True)
class Bench:
    """The cluster, where results go, how often, and the edge node if there is one."""

    context: str
    samples: Samples
    count: int
    edge: str


@dataclass(frozen=True)
class Block:
    """A part of the benchmark that can be asked for by its name."""

    measure: Callable[[Bench], None]
    rows: Callable[[Samples], Sequence[Row]]
    count: int
    what: str
