"""The benchmarks' table: honest numbers, and a document in which only its own section changes."""

from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from measuring import table

    return table


def test_seconds_show_the_spread_and_no_false_one(table: ModuleType) -> None:
    assert table.seconds([3.0, 1.0, 2.0]) == "1.00 / 2.00 / 3.00 s"
    assert table.seconds([1.5]) == "1.50 s"
    assert table.seconds([]) == "-"


def test_milliseconds_show_median_and_95th_percentile(table: ModuleType) -> None:
    assert table.milliseconds([number / 1000 for number in range(1, 102)]) == "51.0 / 96.0 ms"
    assert table.milliseconds([0.001]) == "-"


def test_the_table_is_aligned(table: ModuleType) -> None:
    lines = table.markdown([table.Row("stop", "0.50 s"), table.Row("a longer name", "1 s", bar="<= 2 s")])
    assert len({len(line) for line in lines.splitlines()}) == 1
    assert lines.splitlines()[2].startswith("| stop          | 0.50 s |")


def test_only_the_own_section_is_replaced(table: ModuleType, tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text("# Benchmarks\n\nBy hand.\n")
    table.write_section(document, "kernels", "old")
    table.write_section(document, "pages", "kept")
    table.write_section(document, "kernels", "new")
    text = document.read_text()
    assert text.startswith("# Benchmarks\n\nBy hand.\n")
    assert "old" not in text
    assert text.count("<!-- kernels: begin -->\nnew\n<!-- kernels: end -->") == 1
    assert text.count("<!-- pages: begin -->\nkept\n<!-- pages: end -->") == 1


def test_a_document_that_is_not_there_is_begun(table: ModuleType, tmp_path: Path) -> None:
    table.write_section(tmp_path / "new.md", "pages", "text")
    assert (tmp_path / "new.md").read_text() == "<!-- pages: begin -->\ntext\n<!-- pages: end -->\n"
