"""What an ended application left is listed and read on every recorded version of Hadoop."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.issuer import Issuer
from harness.recording.log_acts import LENGTH, NUMBERS
from harness.recording.replay import VERSIONS, Replay, replaying
from harness.recording.stage import OWNER, RUNS, application_id, container_id
from kubeyard_api.storage.mirror import write_applications
from kubeyard_api.storage.snapshots import APPLICATIONS, write_snapshot
from kubeyard_client.messages.applications import LogQuery


@pytest.fixture(params=VERSIONS)
def replay(request: pytest.FixtureRequest) -> Iterator[Replay]:
    with replaying(request.param) as replayed:
        yield replayed


@pytest.fixture
def api(replay: Replay, database_url: str, issuer: Issuer, tmp_path: Path) -> Iterator[ApiServer]:
    """Return an API server on the recorded Hadoop, whose finished application it has seen."""
    _, history = replay.history
    url = f"{replay.open('application_finished')}{history.path}"
    with running_api(api_settings(tmp_path, database_url, issuer, history_url=url), issuer) as server:
        found = replay.manager("application_finished").application(application_id(RUNS))
        with server.parts.database.writing() as session:
            write_applications(session, [found], "kubeyard")
            write_snapshot(session, APPLICATIONS)
        yield server


def test_what_an_ended_application_left_is_listed_and_read(api: ApiServer, replay: Replay) -> None:
    name, _ = replay.history
    client = api.client(OWNER)
    replay.open(f"collected_logs_{name}")
    containers = {each.id: each for each in client.list_containers(application_id(RUNS)).containers}
    master = containers[container_id(RUNS)]
    assert not master.is_running
    assert {"numbers", "empty", "stdout", "stderr"} < set(master.files)
    # Only the history of 3.x tells of the others.
    assert (container_id(RUNS, which=2) in containers) == (not replay.version.startswith("2."))
    replay.open(f"start_of_a_log_{name}")
    chunk = client.read_log(application_id(RUNS), LogQuery(file="numbers", length=LENGTH))
    assert chunk.text == NUMBERS[:LENGTH].decode()
    assert not chunk.at_end
