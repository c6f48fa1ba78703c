"""The values of a benchmark: kept as they are measured, so that a run that was cut short goes on."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from measuring.samples import Samples

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Samples":
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from measuring.samples import Samples

    return Samples(tmp_path / "results" / "cold.json")


def test_a_further_run_goes_on_with_what_was_kept(kept: "Samples", tmp_path: Path) -> None:
    kept.add("cold/ours/stop", 0.5)
    kept.add("cold/ours/ending", "FINISHED")
    again = type(kept)(tmp_path / "results" / "cold.json")
    again.add("cold/ours/stop", 0.25)
    assert again.numbers("cold/ours/stop") == [0.5, 0.25]
    assert again.words("cold/ours/ending") == ["FINISHED"]
    assert again.count("cold/ours/stop") == 2


def test_ours_and_stocks_are_kept_apart(kept: "Samples") -> None:
    kept.add("cold/ours/stop", 0.5)
    kept.add("cold/stock/stop", 15.1, 0.9)
    kept.add("cold/stock/ending", "KILLED")
    assert kept.both("cold", "stop") == ([0.5], [15.1, 0.9])
    assert kept.both_words("cold", "ending") == ([], ["KILLED"])


def test_what_was_not_measured_is_empty(kept: "Samples") -> None:
    assert kept.numbers("cold/ours/stop") == []
    assert kept.count("cold/ours/stop") == 0


def test_a_file_is_whole_at_any_moment(kept: "Samples", tmp_path: Path) -> None:
    kept.add("cold/ours/stop", 0.5)
    assert [file.name for file in (tmp_path / "results").iterdir()] == ["cold.json"]
    assert json.loads((tmp_path / "results" / "cold.json").read_text()) == {"cold/ours/stop": [0.5]}


def test_without_a_file_nothing_is_kept(kept: "Samples", tmp_path: Path) -> None:
    samples = type(kept)()
    samples.add("cold/ours/stop", 0.5)
    assert samples.numbers("cold/ours/stop") == [0.5]
    assert not (tmp_path / "results").exists()
