"""The results' document: one section for each part of each benchmark, replaced by its next run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from measuring.table import Row, markdown, write_section

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
HEADING = (
    "# Benchmarks\n\nMeasured by the programs in `benchmarks/`; a run with `--write` replaces its section."
)


def write(benchmark: str, titles: Mapping[str, str], measured: Mapping[str, Sequence[Row]], how: str) -> None:
    """Keep the rows of each part below its title; `how` says where and when they were measured."""
    if not DOCUMENT.exists():
        DOCUMENT.write_text(f"{HEADING}\n")
    for part, rows in measured.items():
        text = f"## {titles[part]}\n\nMeasured on {how}.\n\n{markdown(rows)}"
        write_section(DOCUMENT, f"{benchmark} {part}", text)
