"""The sample data."""

import csv
from pathlib import Path

from kubeyard_local import samples


def test_the_rides_are_the_same_on_every_machine(tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    samples.write(first)
    samples.write(second)
    assert first.read_bytes() == second.read_bytes()


def test_the_file_is_small_and_makes_sense(tmp_path: Path) -> None:
    file = tmp_path / samples.FILE
    samples.write(file)
    assert 200_000 < file.stat().st_size < 900_000
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == samples.RIDES
    assert {row["district"] for row in rows} == set(samples.DISTRICTS)
    assert all(float(row["fare"]) > samples.BASE_FARE and float(row["distance_km"]) > 0 for row in rows)
    assert [row["started_at"] for row in rows] == sorted(row["started_at"] for row in rows)
    assert rows[0]["started_at"].startswith("2026-01-01")
    assert not [row for row in rows if row["paid_by"] == "cash" and float(row["tip"])]
