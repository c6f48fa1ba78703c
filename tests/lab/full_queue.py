"""A person's Lab before a gateway whose cluster has no room."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.scripted_yarn import ScriptedYarn

from .lab_process import LabProcess
from .scripted_cluster import lab_before

FULL = {
    "state": "ACCEPTED",
    "queue": "root.interactive",
    "diagnostics": "Queue's AM resource limit exceeded.",
}


@contextmanager
def lab_before_a_full_queue(folder: Path, patience_seconds: int) -> Iterator[LabProcess]:
    """Ada's Lab; its gateway gives a start up after `patience_seconds`."""
    yarn = ScriptedYarn()
    yarn.runs(lambda number, told: yarn.applications[number - 1].update(FULL))
    with lab_before(yarn, folder, patience_seconds) as lab:
        yield lab
