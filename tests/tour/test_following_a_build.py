"""A build is followed to its end, but not when nobody works on it."""

import json

import pytest
from harness.scripted_server import Answer, Asked, ScriptedServer
from harness.waiting import wait_until
from kubeyard_local.tour.browser import Browser
from kubeyard_local.tour.itinerary import Itinerary, StepFailedError, UnexpectedError
from kubeyard_local.tour.making_kernel import make_a_kernel
from kubeyard_local.tour.tidying import Tidying
from kubeyard_local.tour.trip import Trip, Visitor
from kubeyard_local.tour.worker_watch import WorkerWatch

FORM = '<form method="post" action="/environments/new"><input name="name"></form>'
BUILD = '<div data-log data-stream="/builds/1/stream" data-offset="0"><pre>so far</pre></div>'
SIGN = ": still here\n\n"


def step(healthy: bool, silent_since: str | None = None) -> str:
    """A `step` event of a build that waits, with how the worker is."""
    worker = {"healthy": healthy, "silent_since": silent_since}
    data = {"state": "queued", "step": None, "queue_position": 1, "worker": worker}
    return f"event: step\ndata: {json.dumps(data)}\n\n"


def web_ui(stream: str) -> ScriptedServer:
    """The pages that making a kernel takes, with this much of the build's stream."""

    def answer(asked: Asked) -> Answer:
        if asked.path == "/builds/1/stream":
            return Answer(stream.encode())
        if asked.method == "POST":
            return Answer(status=303, headers={"Location": "/environments/guest/tour/builds/1"})
        if asked.path.endswith("/builds/1"):
            return Answer(BUILD.encode())
        return Answer((FORM if asked.path == "/environments/new" else "<p>Ready</p>").encode())

    return ScriptedServer(answer)


def trip(web_url: str, patience_seconds: float) -> Trip:
    """A tour that stands before the making of its kernel."""
    guest = Visitor("Guest", "guest", Browser(web_url))
    return Trip(Itinerary(), Tidying(), guest, guest, "/logs", patience_seconds)


def test_a_build_is_followed_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    with web_ui(step(True) + "data: solving\n\nevent: end\ndata: {}\n\n") as server:
        make_a_kernel(trip(server.url, patience_seconds=0))
    assert "solving" in capsys.readouterr().out


def test_a_build_that_nobody_works_on_ends_the_tour_with_the_next_step() -> None:
    stream = step(False, "2026-11-21T14:02:11Z") + SIGN
    with web_ui(stream) as server, pytest.raises(StepFailedError) as caught:
        make_a_kernel(trip(server.url, patience_seconds=0))
    told = str(caught.value)
    assert "the build worker has not answered since " in told
    assert "and the build waits for it" in told
    assert "Start it: bash deployment_local.sh restart worker" in told
    assert "bash deployment_local.sh logs worker" in told


def test_a_worker_that_comes_back_in_time_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    with web_ui(step(False) + SIGN + step(True) + "event: end\ndata: {}\n\n") as server:
        make_a_kernel(trip(server.url, patience_seconds=600))
    assert "done in" in capsys.readouterr().out


def test_patience_begins_anew_when_the_worker_was_there_meanwhile() -> None:
    watch = WorkerWatch(patience_seconds=0.2)
    down, up = ({"worker": {"healthy": healthy, "silent_since": None}} for healthy in (False, True))
    watch.hear(json.dumps(down))
    with pytest.raises(UnexpectedError, match="has not answered so far"):
        wait_until(watch.check, "patience is over", timeout_seconds=20)
    watch.hear(json.dumps(up))
    watch.check()
    watch.hear(json.dumps(down))
    watch.check()
