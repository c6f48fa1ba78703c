"""Results as one table: printed, and kept in a document between two marks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from typing import TypeVar

Value = TypeVar("Value", float, str)
Both = tuple[Sequence[Value], Sequence[Value]]
HEAD = ("measured", "ours", "stock", "bar", "how")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    ours: str
    stock: str = ""
    bar: str = ""
    how: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The row's columns."""
        return (self.what, self.ours, self.stock, self.bar, self.how)

    def with_note(self, note: str) -> "Row":
        """The same row, with more said of how it was measured."""
        return replace(self, how="; ".join(filter(None, (self.how, note))))


def seconds(values: Sequence[float]) -> str:
    """Minimum, median and maximum; one value alone stays alone."""
    if not values:
        return "-"
    if len(values) == 1:
        return f"{values[0]:.2f} s"
    return f"{min(values):.2f} / {median(values):.2f} / {max(values):.2f} s"


def milliseconds(values: Sequence[float]) -> str:
    """Median and 95th percentile of values in seconds."""
    if len(values) < 2:
        return "-"
    cuts = quantiles(values, n=20, method="inclusive")
    return f"{median(values) * 1000:.1f} / {cuts[18] * 1000:.1f} ms"


def beside(
    what: str, form: Callable[[Sequence[Value]], str], both: Both[Value], bar: str = "", how: str = ""
) -> Row:
    """A row of the same kind of values of ours and of stock."""
    return Row(what, form(both[0]), form(both[1]), bar, how)


def counted(words: Sequence[str]) -> str:
    """How often each word occurs."""
    return ", ".join(f"{words.count(each)} {each}" for each in sorted(set(words))) or "-"


def markdown(rows: Sequence[Row]) -> str:
    """The table, its columns aligned so that it can be read as text too."""
    lines = [HEAD, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]

    def shown(line: Sequence[str]) -> str:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        return f"| {' | '.join(cells)} |"

    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([shown(HEAD), rule, *(shown(row.cells) for row in rows)])


def write_section(document: Path, name: str, text: str) -> None:
    """Replace what stands between the marks of that name; append it, with the marks, where there are none."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n{text}\n{end}"
    old = document.read_text() if document.exists() else ""
    before, found, rest = old.partition(begin)
    if found:
        document.write_text(before + section + rest.partition(end)[2])
    else:
        document.write_text(f"{old.rstrip()}\n\n{section}\n".lstrip())
