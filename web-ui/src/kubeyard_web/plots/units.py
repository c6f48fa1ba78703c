"""How the values of a plot are written, and which of them make good marks on its axis."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from kubeyard_web.presentation.amounts import cores, memory


@dataclass(frozen=True)
class Unit:
    """One kind of amount; the script knows it by its name."""

    name: str
    write: Callable[[float], str]
    steps: Callable[[], Iterator[int]]

    def of(self, part: float, whole: float) -> str:
        """Return a part of its whole, the unit written once where it is the same: 6.0 of 8.0 GiB."""
        number, _, unit = self.write(part).rpartition(" ")
        whole_text = self.write(whole)
        if part == 0:
            return f"0 of {whole_text}"
        if unit.removesuffix("s") == whole_text.rpartition(" ")[2].removesuffix("s"):
            return f"{number} of {whole_text}"
        return f"{number} {unit} of {whole_text}"

    def mark(self, value: int) -> str:
        """Return a value of the axis, as short as it can be said."""
        text = self.write(value).replace(".0 ", " ")
        return "0" if value == 0 else text.removesuffix(" cores").removesuffix(" core")


def write_memory(megabytes: float) -> str:
    """Return megabytes of 1024 KiB in the unit that reads best."""
    return memory(round(megabytes)) if megabytes else "0 GiB"


def write_cores(number: float) -> str:
    """Return cores; an average may have a tenth."""
    tenths = round(number, 1)
    return cores(int(tenths)) if tenths == int(tenths) else f"{tenths:,} cores"


def _powers_of_two() -> Iterator[int]:
    return (2**power for power in count())


def _round_numbers() -> Iterator[int]:
    return (digit * 10**power for power in count() for digit in (1, 2, 5))


MEMORY = Unit("memory", write_memory, _powers_of_two)
CORES = Unit("cores", write_cores, _round_numbers)
