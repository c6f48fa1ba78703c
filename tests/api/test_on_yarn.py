"""The API on a real cluster: the mirror follows it, a kill arrives, logs and homes are one's own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.hadoop import Hadoop
from harness.issuer import Issuer
from harness.waiting import wait_until
from kubeyard_api.poller import Poller
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.applications import Application, LogQuery

from .conftest import copy_of_migrated_sqlite

pytestmark = pytest.mark.daemons
ADMIN = ("user", "admin")


@pytest.fixture(scope="session")
def hadoop(request: pytest.FixtureRequest) -> Hadoop:
    """Return the Hadoop that KUBEYARD_TEST_RM_URL names, else that of the whole platform."""
    if rm_url := os.environ.get("KUBEYARD_TEST_RM_URL"):
        urls = [rm_url.replace(":8088", port) for port in (":8088", ":19888", ":14000")]
        return Hadoop(urls[0], urls[1], urls[2], "kubeyard")
    platform = request.getfixturevalue("platform")
    return Hadoop(platform.rm_url, platform.history_url, platform.httpfs_url, "kubeyard")


@pytest.fixture
def on_yarn(
    request: pytest.FixtureRequest, hadoop: Hadoop, issuer: Issuer, tmp_path: Path
) -> Iterator[ApiServer]:
    """Return an API server that mirrors the real cluster."""
    settings = api_settings(
        tmp_path,
        copy_of_migrated_sqlite(request, tmp_path),
        issuer,
        rm_urls=(hadoop.rm_url,),
        history_url=hadoop.history_url,
        httpfs_url=hadoop.httpfs_url,
    )
    with running_api(settings, issuer) as server:
        poller = Poller(server.parts)
        poller.start()
        yield server
        poller.stop()


@pytest.fixture
def adas_job(hadoop: Hadoop) -> Iterator[str]:
    """Return the id of an application of ada that writes a line and then waits; it is ended afterwards."""
    mine = hadoop.resource_manager("ada")
    application_id = mine.new_application().id
    command = "(echo ready for ada; exec sleep 120) 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr"
    mine.submit(
        {
            "application-id": application_id,
            "application-name": "A test of the API",
            "application-type": "KUBEYARD",
            "queue": "interactive",
            "max-app-attempts": 1,
            "am-container-spec": {"commands": {"command": command}},
            "resource": {"memory": 128, "vCores": 1},
            "application-tags": {
                "tag": ["kubeyard", "user:ada", "kernel:k-api-test", "kernelspec:ada.science"]
            },
        }
    )
    yield application_id
    hadoop.resource_manager().kill(application_id)


def _until(api: ApiServer, application_id: str, state: str) -> Application:
    def reached() -> Application | None:
        try:
            shown = api.client("ada").show_application(application_id)
        except ApiError:
            return None
        return shown if shown.state == state else None

    found = wait_until(reached, f"{application_id} is {state}", timeout_seconds=90)
    assert found is not None
    return found


def test_cluster_queues_and_nodes_are_mirrored(on_yarn: ApiServer) -> None:
    client = on_yarn.client("ada")
    wait_until(lambda: client.show_cluster().reachable, "the mirror has seen the cluster")
    cluster = client.show_cluster()
    assert cluster.memory_mb.total > 0
    assert cluster.nodes_active == len(
        [node for node in client.list_nodes().nodes if node.state == "RUNNING"]
    )
    assert {"default", "interactive"} <= {queue.name for queue in client.list_queues().queues}


def test_past_of_the_cluster_is_collected(on_yarn: ApiServer) -> None:
    client = on_yarn.client("eve")
    wait_until(lambda: client.show_cluster_history().collected_since, "the first look is kept")
    memory = client.show_cluster_history().memory_mb
    seen = [(used, total) for used, total in zip(memory.used, memory.total, strict=True) if total is not None]
    assert seen
    assert all(used is not None and 0 <= used <= total for used, total in seen)
    assert seen[-1][1] == client.show_cluster().memory_mb.total


def test_application_is_followed_killed_and_told_to_its_owner(on_yarn: ApiServer, adas_job: str) -> None:
    ada, eve = on_yarn.client("ada"), on_yarn.client("eve")
    # A bare command never registers as an ApplicationMaster: YARN calls it ACCEPTED while it runs.
    running = _until(on_yarn, adas_job, "ACCEPTED")
    assert (running.owner, running.queue, running.kernel_id) == ("ada", "interactive", "k-api-test")
    assert running.environment == "ada/science"
    with pytest.raises(ApiError) as refusal:
        eve.kill_application(adas_job)
    assert refusal.value.status == 404

    killed = on_yarn.client("admin", *ADMIN).kill_application(adas_job)
    assert killed.killing or killed.state == "KILLED"
    ended = _until(on_yarn, adas_job, "KILLED")
    assert not ended.killing
    assert "Killed by admin from Kubeyard" in ended.diagnostics
    assert adas_job in {row.id for row in ada.list_applications().applications}
    assert adas_job not in {row.id for row in eve.list_applications().applications}


def test_change_of_an_application_reaches_its_owner_only(on_yarn: ApiServer, adas_job: str) -> None:
    _until(on_yarn, adas_job, "ACCEPTED")
    stream = on_yarn.client("ada").stream_events()
    assert next(stream) is None
    on_yarn.client("ada").kill_application(adas_job)
    change = next(event for event in stream if event and adas_job in event.ids)
    assert set(change.owners) == {"ada"}
    stream.close()


def test_log_is_read_while_it_runs_and_after(on_yarn: ApiServer, adas_job: str) -> None:
    ada = on_yarn.client("ada")
    _until(on_yarn, adas_job, "ACCEPTED")

    def written() -> bool:
        try:
            return "ready for ada" in ada.read_log(adas_job).text
        except ApiError:
            return False

    wait_until(written, "the running container's log has its line", timeout_seconds=60)
    container = ada.list_containers(adas_job).containers[0]
    assert container.is_running
    assert "stdout" in container.files
    ada.kill_application(adas_job)
    _until(on_yarn, adas_job, "KILLED")
    query = LogQuery(container=container.id)

    def collected() -> bool:
        try:
            chunk = ada.read_log(adas_job, query)
        except ApiError:
            return False
        return not chunk.is_running and "ready for ada" in chunk.text

    wait_until(collected, "the history has the log", timeout_seconds=60)
    rest = ada.read_log(adas_job, LogQuery(container=container.id, offset=6, length=3))
    assert (rest.text, rest.next_offset, rest.at_end) == ("for", 9, False)
    with pytest.raises(ApiError) as refusal:
        on_yarn.client("eve").read_log(adas_job, query)
    assert refusal.value.status == 404


def test_home_is_made_once_and_is_its_owner_s_alone(on_yarn: ApiServer, hadoop: Hadoop) -> None:
    name = f"ada-{os.urandom(4).hex()}"
    try:
        assert on_yarn.client(name).ensure_home().created
        again = on_yarn.client(name).ensure_home()
        assert (again.path, again.created, again.shared_path) == (f"/user/{name}", False, "/shared")
        status = hadoop.files.as_service().status(f"/user/{name}")
        assert (status.owner, status.permission) == (name, 0o750)
    finally:
        hadoop.files.as_service().delete(f"/user/{name}", recursive=True)


def test_the_platform_s_own_accounts_get_no_home(on_yarn: ApiServer) -> None:
    for name, role in (("kubeyard-web", "service"), ("kubeyard", "user")):
        with pytest.raises(ApiError) as refusal:
            on_yarn.client(name, role).ensure_home()
        assert refusal.value.status == 403
