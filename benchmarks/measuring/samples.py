"""What was measured, value by value, kept in a file, so that a run that was cut short can be gone on with."""

import json
from pathlib import Path

Value = float | str


class Samples:
    """Values by series; a series is named `<block>/<whose>/<what>`."""

    def __init__(self, file: Path | None = None) -> None:
        """Go on with what `file` holds; without one nothing is kept."""
        self._file = file
        self._series: dict[str, list[Value]] = {}
        if file is not None and file.exists():
            self._series = json.loads(file.read_text())

    def add(self, series: str, *values: Value) -> None:
        """Keep values."""
        self._series.setdefault(series, []).extend(values)
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft = self._file.with_suffix(".part")
            draft.write_text(json.dumps(self._series, indent=1))
            draft.replace(self._file)

    def numbers(self, series: str) -> list[float]:
        """The numbers of a series, in the order in which they were measured."""
        return [value for value in self._series.get(series, []) if isinstance(value, int | float)]

    def words(self, series: str) -> list[str]:
        """The words of a series."""
        return [value for value in self._series.get(series, []) if isinstance(value, str)]

    def both(self, block: str, what: str) -> tuple[list[float], list[float]]:
        """The numbers of ours and of stock."""
        return self.numbers(f"{block}/ours/{what}"), self.numbers(f"{block}/stock/{what}")

    def both_words(self, block: str, what: str) -> tuple[list[str], list[str]]:
        """The words of ours and of stock."""
        return self.words(f"{block}/ours/{what}"), self.words(f"{block}/stock/{what}")

    def count(self, series: str) -> int:
        """How many values there are."""
        return len(self._series.get(series, []))
