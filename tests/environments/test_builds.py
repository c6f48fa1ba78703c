"""Builds through the API: cancel, the log in parts and as a stream."""

import json
from pathlib import Path
from typing import Any

import pytest
from harness.api_server import ApiServer
from kubeyard_api.builder.recipe import log_path
from kubeyard_api.storage.builds import claim_next, finish
from kubeyard_api.storage.environments_tables import BuildRow
from kubeyard_api.storage.worker_signs import give_sign
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.environments import BuildError, BuildState, LogOffset, NewEnvironment

LINES = ["[   0.00 s] building ada/lab", "[   0.10 s] solve: 3 pip packages", "[   0.20 s] Grüße"]


@pytest.fixture
def build_id(api: ApiServer) -> str:
    """Return ada's waiting build."""
    made = api.client("ada").create_environment(NewEnvironment(name="lab", pip=("humanize",)))
    assert made.latest_build is not None
    return made.latest_build.id


@pytest.fixture
def log(api: ApiServer, build_id: str) -> Path:
    """Return the log of that build, with three lines."""
    path = log_path(api.parts.settings.api_builds_dir, build_id)
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(LINES) + "\n")
    return path


def end(api: ApiServer, build_id: str, state: BuildState, error: BuildError | None = None) -> None:
    """Let the build run and end."""
    with api.parts.database.writing() as session:
        assert claim_next(session, "here:1:1", 60) is not None
        finish(session, session.get_one(BuildRow, build_id), state, error)


def events(api: ApiServer, build_id: str, **headers: str) -> list[dict[str, str]]:
    """Every event of the log's stream until its end, for ada."""
    path = f"/api/v1/builds/{build_id}/log/stream"
    body = api.send("GET", path, api.issuer.token("ada"), headers=headers).content.decode()
    blocks = [block for block in body.split("\n\n") if block and not block.startswith(":")]
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


def test_cancelling_says_by_whom(api: ApiServer, build_id: str) -> None:
    cancelled = api.client("ada").cancel_build(build_id)
    assert (cancelled.state, cancelled.cancel_requested_by) == (BuildState.CANCELLED, "ada")
    assert api.client("ada").show_environment("ada", "lab").state.value == "cancelled"


def test_an_ended_build_cannot_be_cancelled(api: ApiServer, build_id: str) -> None:
    end(api, build_id, BuildState.FAILED)
    with pytest.raises(ApiError, match="already ended: it is failed"):
        api.client("ada").cancel_build(build_id)


def test_a_failed_build_tells_its_reason(api: ApiServer, build_id: str) -> None:
    end(api, build_id, BuildState.FAILED, BuildError(code="no_wheel", detail="docopt has no wheel."))
    build = api.client("ada").show_build(build_id)
    assert build.error == BuildError(code="no_wheel", detail="docopt has no wheel.")
    assert build.finished_at is not None


@pytest.mark.usefixtures("log")
def test_the_log_is_read_from_any_byte_on(api: ApiServer, build_id: str) -> None:
    ada = api.client("ada")
    whole = ada.read_build_log(build_id)
    assert whole.splitlines() == LINES
    offset = len((LINES[0] + "\n").encode())
    assert ada.read_build_log(build_id, LogOffset(offset=offset)).splitlines() == LINES[1:]
    assert ada.read_build_log(build_id, LogOffset(offset=len(whole.encode()))) == ""


def test_a_half_written_line_waits_until_it_is_whole(api: ApiServer, build_id: str, log: Path) -> None:
    with log.open("a") as file:
        file.write("[   0.30 s] half")
    assert api.client("ada").read_build_log(build_id).splitlines() == LINES


def test_a_build_without_a_log_yet_has_an_empty_one(api: ApiServer, build_id: str) -> None:
    assert api.client("ada").read_build_log(build_id) == ""


@pytest.mark.usefixtures("log")
def test_the_stream_gives_each_line_with_its_offset_and_ends(api: ApiServer, build_id: str) -> None:
    end(api, build_id, BuildState.SUCCEEDED)
    found = events(api, build_id)
    lines = [event for event in found if "event" not in event]
    assert [event["data"] for event in lines] == LINES
    sizes = [len((line + "\n").encode()) for line in LINES]
    assert [int(event["id"]) for event in lines] == [sum(sizes[: number + 1]) for number in range(3)]
    assert found[-1]["event"] == "end"
    assert json.loads(found[-1]["data"]) == {"state": "succeeded", "error": None}


@pytest.mark.usefixtures("log")
def test_a_lost_stream_goes_on_where_it_was_cut(api: ApiServer, build_id: str) -> None:
    end(api, build_id, BuildState.SUCCEEDED)
    first = next(event for event in events(api, build_id) if "event" not in event)
    rest = events(api, build_id, **{"Last-Event-ID": first["id"]})
    assert [event["data"] for event in rest if "event" not in event] == LINES[1:]


def test_what_is_written_meanwhile_comes_before_the_end(api: ApiServer, build_id: str, log: Path) -> None:
    heard: list[bytes] = []
    for chunk in api.client("ada").follow_build_log(build_id):
        heard.append(chunk)
        text = b"".join(heard).decode()
        if LINES[-1] in text and "later" not in log.read_text():
            with log.open("a") as file:
                file.write("later\n")
            end(api, build_id, BuildState.CANCELLED)
    text = b"".join(heard).decode()
    assert text.index("data: later") < text.index("event: end")
    assert '"state": "cancelled"' in text


@pytest.mark.slow
def test_who_follows_a_waiting_build_is_told_when_the_worker_goes_and_comes(
    api: ApiServer, build_id: str
) -> None:
    steps: list[dict[str, Any]] = []
    news = iter((-1, 60))
    for chunk in api.client("ada").follow_build_log(build_id):
        for line in chunk.decode().splitlines():
            if not line.startswith('data: {"state": "queued"'):
                continue
            steps.append(json.loads(line.removeprefix("data: ")))
            if (good_for := next(news, None)) is not None:
                give_sign(api.parts.database, "here:1:1", good_for)
            else:
                api.client("ada").cancel_build(build_id)
    # It never was there, then it was and is silent, then it answers.
    assert [step["worker"]["healthy"] for step in steps] == [False, False, True]
    assert [bool(step["worker"]["silent_since"]) for step in steps] == [False, True, False]
    assert [step["queue_position"] for step in steps] == [1, 1, 1]


@pytest.mark.parametrize("last", ["x", "-1", "1" * 19])
def test_a_wrong_last_event_id_is_refused(api: ApiServer, build_id: str, last: str) -> None:
    path = f"/api/v1/builds/{build_id}/log/stream"
    answer = api.send("GET", path, api.issuer.token("ada"), headers={"Last-Event-ID": last})
    assert answer.status_code == 422
