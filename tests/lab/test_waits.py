"""What a kernel on its way waits for, told to JupyterLab's pages; what YARN says is scripted."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket
from harness.scripted_yarn import SPEC
from kubeyard_lab.waits import described

from .full_queue import lab_before_a_full_queue
from .lab_process import LabProcess

WAITS = {
    "kernel_id": "k-1",
    "name": "Spark",
    "reason": {"cause": "waits", "what": "The queue is full.", "next_step": "Stop a kernel."},
    "place": {"number": 2, "waiting": 3},
}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[LabProcess]:
    """Ada's Lab before a gateway that waits six seconds for a start."""
    with lab_before_a_full_queue(tmp_path, 6) as started:
        yield started


def test_words_hold_place_and_reason() -> None:
    assert described(WAITS)["text"] == (
        "Spark waits for the cluster. It is number 2 of 3 in its queue. The queue is full."
    )


def test_words_without_a_place_hold_the_reason() -> None:
    assert described(WAITS | {"place": None})["text"] == "Spark waits for the cluster. The queue is full."


@pytest.mark.daemons
def test_open_pages_hear_what_a_start_waits_for_until_it_is_over(lab: LabProcess) -> None:
    answers: list[Any] = []
    body = {"path": "a.ipynb", "name": "a", "type": "notebook", "kernel": {"name": SPEC.name}}
    start = threading.Thread(target=lambda: answers.append(lab.send("POST", "/api/sessions", body)))
    page = websocket.create_connection(
        lab.url.replace("http", "ws", 1) + "/api/events/subscribe", header=lab.headers, timeout=30
    )
    start.start()
    told: list[list[dict[str, str]]] = []
    while not told or told[-1]:
        event = json.loads(page.recv())
        if event["schema_id"] == "urn:kubeyard:lab:kernel-waits":
            told.append(event["kernels"])
    page.close()
    page.shutdown()  # type: ignore[no-untyped-call]
    start.join(60)
    assert "It is number 1 of 1 in its queue." in told[0][0]["text"]
    assert "share of memory that starting applications may take" in told[0][0]["text"]
    [answer] = answers
    assert not answer.ok
    assert "share of memory that starting applications may take" in answer.json()["message"]
