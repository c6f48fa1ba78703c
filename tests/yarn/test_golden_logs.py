"""What each recorded version tells of logs is read to the same bytes, from the node and from the history."""

import pytest
from harness.recording.application_acts import NEVER
from harness.recording.log_acts import LENGTH, MIDDLE, NEVER_CONTAINER, NUMBERS
from harness.recording.replay import VERSIONS, Replay
from harness.recording.stage import HISTORY, RUNS, STRANGER, History, application_id, container_id
from harness.scripted_server import ScriptedServer, as_json
from kubeyard_yarn.errors import NotFound, Refused
from kubeyard_yarn.log_files import LogPart
from kubeyard_yarn.logs import ContainerLogs

CONTAINER = container_id(RUNS)
FILES = {"numbers", "empty", "stdout", "stderr"}


@pytest.fixture(params=["at_the_node", "collected"])
def where(request: pytest.FixtureRequest, replay: Replay) -> tuple[str, History]:
    return ("at_the_node", HISTORY) if request.param == "at_the_node" else replay.history


def read(replay: Replay, where: tuple[str, History], act: str, file: str, offset: int) -> LogPart:
    name, history = where
    logs = replay.logs(f"{act}_{name}", history=history)
    return logs.read(CONTAINER, file, replay.node, offset=offset, length=LENGTH)


def test_a_containers_files(replay: Replay, where: tuple[str, History]) -> None:
    name, history = where
    found = replay.logs(f"log_files_{name}", history=history).files(CONTAINER, replay.node)
    sizes = {file.name: file.size_bytes for file in found}
    assert sizes.keys() > FILES
    assert (sizes["numbers"], sizes["empty"]) == (len(NUMBERS), 0)
    assert all(file.modified_at for file in found)


@pytest.mark.parametrize(
    ("act", "offset", "begins"),
    [
        ("start_of_a_log", 0, 0),
        ("middle_of_a_log", MIDDLE, MIDDLE),
        ("end_of_a_log", -LENGTH, len(NUMBERS) - LENGTH),
    ],
)
def test_a_part_of_a_log(
    replay: Replay, where: tuple[str, History], act: str, offset: int, begins: int
) -> None:
    part = read(replay, where, act, "numbers", offset)
    assert part == LogPart(NUMBERS[begins : begins + LENGTH], begins, len(NUMBERS))


def test_an_empty_log_is_empty_and_no_error(replay: Replay, where: tuple[str, History]) -> None:
    assert read(replay, where, "empty_log", "empty", 0) == LogPart(b"", 0, 0)
    assert read(replay, where, "behind_an_empty_log", "empty", MIDDLE) == LogPart(b"", MIDDLE, 0)


def test_a_whole_log(replay: Replay, where: tuple[str, History]) -> None:
    name, history = where
    logs = replay.logs(f"whole_log_{name}", history=history)
    assert b"".join(logs.stream(CONTAINER, "numbers", replay.node)) == NUMBERS


def test_a_log_that_is_not_there_is_not_found(replay: Replay, where: tuple[str, History]) -> None:
    with pytest.raises(NotFound, match="nope"):
        read(replay, where, "log_that_never_was", "nope", 0)


def test_the_node_refuses_a_stranger(replay: Replay) -> None:
    logs = replay.logs("log_read_by_a_stranger", STRANGER)
    with pytest.raises(Refused, match=STRANGER):
        logs.read(CONTAINER, "numbers", replay.node, length=LENGTH)


def test_a_container_that_never_was_is_not_found(replay: Replay) -> None:
    with pytest.raises(NotFound, match=NEVER_CONTAINER):
        replay.logs("log_files_of_what_never_was").files(NEVER_CONTAINER, replay.node)


def test_what_an_ended_application_left(replay: Replay) -> None:
    name, history = replay.history
    logs = replay.logs(f"collected_logs_{name}", history=history)
    found = {each.container_id: each for each in logs.of_application(application_id(RUNS), CONTAINER)}
    # The timeline server of 2.x lists the files of a container that one can name, and no application.
    others = set() if replay.version.startswith("2.") else {container_id(RUNS, which=2)}
    assert found.keys() == {CONTAINER} | others
    assert {file.name for file in found[CONTAINER].files} > FILES


def test_nothing_is_collected_while_it_runs(replay: Replay) -> None:
    name, history = replay.history
    logs = replay.logs(f"collected_logs_of_the_running_{name}", history=history)
    with pytest.raises(NotFound, match=application_id(RUNS)):
        logs.of_application(application_id(RUNS), CONTAINER)


def test_what_has_just_ended_has_its_logs_or_is_not_found(replay: Replay) -> None:
    name, history = replay.history
    logs = replay.logs(f"collected_logs_of_the_just_ended_{name}", history=history)
    try:
        found = logs.of_application(application_id(RUNS), CONTAINER)
    except NotFound:
        return
    assert {CONTAINER, container_id(RUNS, which=2)} >= {each.container_id for each in found}


def test_a_folder_without_a_log_in_it_yet_is_not_found() -> None:
    # What 3.3.6 was seen to say for a moment after a kill, two Java names shortened to one.
    message = "org.apache.hadoop.yarn.webapp.NotFoundException: Can not get log meta for request."
    told = {"RemoteException": {"exception": "WebApplicationException", "message": message}}
    with ScriptedServer(lambda asked: as_json(told, 500)) as history, pytest.raises(NotFound):
        ContainerLogs(history.url, "kubeyard").of_application(application_id(RUNS))


@pytest.mark.parametrize("when", ["running", "just_ended"])
def test_a_log_that_is_not_there_yet_is_not_found(replay: Replay, when: str) -> None:
    name, history = replay.history
    logs = replay.logs(f"log_of_the_{when}_that_never_was_{name}", history=history)
    with pytest.raises(NotFound):
        logs.read(CONTAINER, "nope", replay.node, length=LENGTH)


def test_nothing_is_collected_of_what_never_was(replay: Replay) -> None:
    name, history = replay.history
    with pytest.raises(NotFound, match=NEVER):
        replay.logs(f"collected_logs_of_none_{name}", history=history).of_application(NEVER, NEVER_CONTAINER)


@pytest.mark.parametrize("replay", [name for name in VERSIONS if name.startswith("2.")], indirect=True)
def test_where_the_history_has_no_logs_the_timeline_server_is_named(replay: Replay) -> None:
    with pytest.raises(NotFound, match="/ws/v1/applicationhistory"):
        replay.logs("start_of_a_log_in_the_history").read(CONTAINER, "numbers", replay.node, length=LENGTH)
