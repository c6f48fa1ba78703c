"""What each recorded version of the ResourceManager answers is read to the same things."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from harness.recording.application_acts import FAILING, MASTER_MB, NEVER, REASON, TOO_MUCH_MB, WORKER_MB
from harness.recording.configuration import MEMORY_MB, VCORES
from harness.recording.replay import GOLDEN, VERSIONS, Replay
from harness.recording.stable import STARTED_MS
from harness.recording.stage import (
    FAILS,
    HAS_NO_QUEUE,
    OWNER,
    RUNS,
    STRANGER,
    TAGS,
    WAITS,
    application_id,
    container_id,
)
from harness.scripted_server import ScriptedServer, as_json
from kubeyard_yarn.applications import ACTIVE_STATES, FINAL_STATES, Application, ApplicationState, FinalStatus
from kubeyard_yarn.errors import BadRequest, NotFound, Refused, UnexpectedAnswer
from kubeyard_yarn.resource_manager import ResourceManager

STARTED = datetime.fromtimestamp(STARTED_MS / 1000, UTC)
RUNNING_MB = MASTER_MB + WORKER_MB


def an_application(replay: Replay, name: str, number: int) -> Application:
    return replay.manager(f"application_{name}").application(application_id(number))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_file_names_its_origin(version: str) -> None:
    files = list((GOLDEN / version).iterdir())
    assert len(files) > 90
    assert all(version in json.loads(file.read_text())["source"] for file in files)


def test_info_names_version_and_role(replay: Replay) -> None:
    info = replay.manager("info").info()
    assert info.version == replay.version
    assert info.is_active
    assert info.started_at == STARTED


def test_a_cluster_without_applications_has_an_empty_list(replay: Replay) -> None:
    assert replay.manager("no_applications").applications() == []


def test_a_running_application(replay: Replay) -> None:
    application = an_application(replay, "running", RUNS)
    assert application.id == application_id(RUNS)
    assert (application.owner, application.name, application.queue) == (OWNER, "Penguins", "interactive")
    assert application.application_type == "SPARK"
    assert application.tags == set(TAGS)
    assert application.tagged("kernel") == "6f1c"
    assert application.tagged("notebook") is None
    assert application.state is ApplicationState.RUNNING
    assert application.final_status is FinalStatus.UNDEFINED
    assert application.progress_percent == 50
    assert (application.memory_mb, application.vcores, application.running_containers) == (RUNNING_MB, 2, 2)
    assert (application.am_host, application.am_container_id) == ("localhost", container_id(RUNS))
    assert application.tracking_url.endswith(f"/proxy/{application_id(RUNS)}/")
    assert application.started_at is not None
    assert application.launched_at is not None
    assert STARTED < application.started_at <= application.launched_at < STARTED + timedelta(hours=1)
    assert application.finished_at is None


@pytest.mark.parametrize("moment", ["just_finished", "finished"])
def test_a_finished_application_holds_nothing(replay: Replay, moment: str) -> None:
    application = an_application(replay, moment, RUNS)
    assert application.state is ApplicationState.FINISHED
    assert application.final_status is FinalStatus.SUCCEEDED
    assert application.diagnostics == "ended as it was asked to"
    assert (application.memory_mb, application.vcores, application.running_containers) == (0, 0, 0)
    assert application.memory_mb_seconds > 0
    assert application.finished_at is not None
    assert application.finished_at > STARTED


def test_a_failed_application_says_why(replay: Replay) -> None:
    application = an_application(replay, "failed", FAILS)
    assert application.state is ApplicationState.FAILED
    assert application.final_status is FinalStatus.FAILED
    assert "exitCode: 3" in application.diagnostics
    assert "broken" in application.diagnostics


def test_a_waiting_application_says_what_it_waits_for(replay: Replay) -> None:
    application = an_application(replay, "waiting", WAITS)
    assert application.state is ApplicationState.ACCEPTED
    assert "Queue's AM resource limit exceeded" in application.diagnostics
    assert (application.am_host, application.am_container_id, application.memory_mb) == ("", "", 0)
    assert application.launched_at is None


def test_an_application_for_a_queue_that_does_not_exist_failed(replay: Replay) -> None:
    application = an_application(replay, "without_a_queue", HAS_NO_QUEUE)
    assert application.state is ApplicationState.FAILED
    assert "unknown queue: nowhere" in application.diagnostics
    assert application.launched_at is None


def test_a_killed_application_says_by_whom(replay: Replay) -> None:
    application = an_application(replay, "killed", WAITS)
    assert application.state is ApplicationState.KILLED
    assert application.final_status is FinalStatus.KILLED
    assert "kubeyard" in application.diagnostics
    assert REASON in application.diagnostics


def test_lists_by_state_tag_and_time(replay: Replay) -> None:
    active = replay.manager("active_applications").applications(ACTIVE_STATES)
    assert {each.id: each.state for each in active} == {
        application_id(RUNS): ApplicationState.RUNNING,
        application_id(WAITS): ApplicationState.ACCEPTED,
    }
    kernels = replay.manager("active_applications_of_kernels")
    assert {each.id for each in kernels.applications(ACTIVE_STATES, tags=["kubeyard"])} == {
        application_id(RUNS),
        application_id(WAITS),
    }
    ended = replay.manager("ended_applications").applications(FINAL_STATES, finished_since=STARTED)
    assert {each.id for each in ended} == {application_id(FAILS), application_id(HAS_NO_QUEUE)}


def test_every_version_takes_the_wish_to_leave_resource_requests_out(replay: Replay) -> None:
    replay.manager("active_applications").applications(ACTIVE_STATES)
    [asked] = replay.asked
    assert asked.params["deSelects"] == "resourceRequests"


def test_a_stranger_sees_no_memory_and_no_times(replay: Replay) -> None:
    seen = replay.manager("applications_seen_by_a_stranger", user=STRANGER).applications()
    started = [each for each in seen if each.id != application_id(HAS_NO_QUEUE)]
    assert {each.id for each in started} == {application_id(number) for number in (RUNS, FAILS, WAITS)}
    assert {(each.memory_mb, each.started_at) for each in started} == {(0, None)}


def test_an_attempt_and_its_containers(replay: Replay) -> None:
    [attempt] = replay.manager("attempts_of_the_running").attempts(application_id(RUNS))
    containers = replay.manager("containers_of_the_running").containers(application_id(RUNS))
    assert (attempt.number, attempt.am_container_id) == (1, container_id(RUNS))
    assert {each.id: each.memory_mb for each in containers} == {
        container_id(RUNS): MASTER_MB,
        container_id(RUNS, which=2): WORKER_MB,
    }
    for container in containers:
        assert (container.state, container.vcores) == ("RUNNING", 1)
        assert container.node_http_address == "localhost:8042"
        assert container.started_at is not None
        assert container.finished_at is None
        assert container.exit_status is None


def test_a_single_container_is_a_list_too(replay: Replay) -> None:
    # It is a bare object before 3.5.
    [container] = replay.manager("containers_of_the_master_alone").containers(application_id(RUNS))
    assert container.id == container_id(RUNS)


def test_an_ended_application_keeps_its_attempt_and_no_container(replay: Replay) -> None:
    for name, number in (("failed", FAILS), ("finished", RUNS)):
        [attempt] = replay.manager(f"attempts_of_the_{name}").attempts(application_id(number))
        assert attempt.finished_at is not None
        assert replay.manager(f"containers_of_the_{name}").containers(application_id(number)) == []


def test_metrics_add_up(replay: Replay) -> None:
    metrics = replay.manager("metrics").metrics()
    assert (metrics.memory_total_mb, metrics.vcores_total) == (MEMORY_MB, VCORES)
    assert (metrics.memory_used_mb, metrics.vcores_used) == (RUNNING_MB, 2)
    assert (metrics.memory_available_mb, metrics.vcores_available) == (MEMORY_MB - RUNNING_MB, VCORES - 2)
    assert (metrics.nodes_active, metrics.containers_running, metrics.containers_pending) == (1, 2, 1)
    assert (metrics.applications_running, metrics.applications_pending) == (1, 1)
    # 2.x does not tell what is pending.
    tells_pending = not replay.version.startswith("2.")
    assert metrics.memory_pending_mb == (TOO_MUCH_MB if tells_pending else 0)
    assert metrics.vcores_pending == (1 if tells_pending else 0)


def test_queues_are_flattened_with_their_shares(replay: Replay) -> None:
    root, default, interactive = replay.manager("queues").queues()
    assert (root.path, root.parent, root.is_leaf) == ("root", None, False)
    assert (default.path, interactive.path) == ("root.default", "root.interactive")
    assert (interactive.name, interactive.parent, interactive.is_leaf) == ("interactive", "root", True)
    assert interactive.is_open
    assert round(default.guaranteed_percent) == 30
    assert round(interactive.guaranteed_percent) == 70
    assert interactive.limit_percent == 100
    assert interactive.limit_memory_mb == root.guaranteed_memory_mb == MEMORY_MB
    assert interactive.guaranteed_memory_mb == pytest.approx(0.7 * MEMORY_MB, abs=1)
    assert (interactive.applications_running, interactive.applications_pending) == (1, 1)
    assert (interactive.containers_running, interactive.containers_pending) == (2, 1)
    assert (interactive.memory_used_mb, interactive.vcores_used) == (RUNNING_MB, 2)
    assert default.memory_used_mb == 0
    # The root tells no use of its own.
    assert (root.memory_used_mb, root.applications_pending) == (RUNNING_MB, 1)


def test_a_node_and_the_same_node_when_it_is_lost(replay: Replay) -> None:
    [node] = replay.manager("nodes").nodes()
    assert (node.state, node.version, node.host) == ("RUNNING", replay.version, "localhost")
    assert node.http_address == "localhost:8042"
    assert (node.memory_used_mb, node.memory_total_mb) == (RUNNING_MB, MEMORY_MB)
    assert (node.vcores_used, node.vcores_total, node.containers) == (2, VCORES, 2)
    assert node.last_seen_at is not None
    [lost] = replay.manager("nodes_when_one_is_lost").nodes()
    assert (lost.id, lost.state, lost.memory_used_mb) == (node.id, "LOST", 0)


def test_an_application_is_submitted_under_a_new_id(replay: Replay) -> None:
    manager = replay.manager("submit_one_that_fails", user=OWNER)
    created = manager.new_application()
    assert created.id == application_id(FAILS)
    assert (created.maximum_memory_mb, created.maximum_vcores) == (MEMORY_MB, VCORES)
    manager.submit(FAILING.to_json(created.id))


def test_a_submission_that_is_none_is_a_bad_request(replay: Replay) -> None:
    with pytest.raises(BadRequest, match="nonsense"):
        replay.manager("submit_nonsense", user=OWNER).submit({"application-id": "nonsense"})


def test_a_kill_may_be_repeated(replay: Replay) -> None:
    # How far it has come by then is a matter of moments.
    begun = replay.manager("kill").kill(application_id(WAITS), REASON)
    assert begun is not ApplicationState.UNKNOWN
    assert replay.manager("kill_again").kill(application_id(WAITS)) is ApplicationState.KILLED


@pytest.mark.parametrize("state", ["FINAL_SAVING", "FINISHING", "KILLING"])
def test_a_kill_may_answer_with_a_state_that_no_list_has(state: str) -> None:
    # 3.3.6 was seen to say FINAL_SAVING, for a few milliseconds.
    with ScriptedServer(lambda asked: as_json({"state": state}, 202)) as server:
        assert ResourceManager([server.url], "kubeyard").kill("a") is not ApplicationState.UNKNOWN


def test_a_stranger_may_not_kill(replay: Replay) -> None:
    with pytest.raises(Refused, match=STRANGER):
        replay.manager("kill_by_a_stranger", user=STRANGER).kill(application_id(RUNS))


def test_what_never_was_is_not_found(replay: Replay) -> None:
    with pytest.raises(NotFound, match=NEVER):
        replay.manager("kill_what_never_was").kill(NEVER)
    with pytest.raises(NotFound, match=NEVER):
        # Only an active ResourceManager is believed not to know it.
        replay.manager("application_that_never_was", "info").application(NEVER)


def test_a_bad_id_is_a_bad_request(replay: Replay) -> None:
    with pytest.raises(BadRequest, match="nonsense"):
        replay.manager("application_of_a_bad_id").application("nonsense")


def test_a_state_of_a_later_version_breaks_no_list() -> None:
    with ScriptedServer(
        lambda asked: as_json({"apps": {"app": [{"id": "a", "state": "RESTING"}]}})
    ) as server:
        [application] = ResourceManager([server.url], "kubeyard").applications()
    assert application.state is ApplicationState.UNKNOWN


def test_an_ended_application_holds_nothing_though_yarn_still_counts_its_container() -> None:
    row = {"id": "a", "state": "KILLED", "allocatedMB": 1024, "allocatedVCores": 1, "runningContainers": 1}
    with ScriptedServer(lambda asked: as_json({"app": row})) as server:
        application = ResourceManager([server.url], "kubeyard").application("a")
    assert (application.memory_mb, application.vcores, application.running_containers) == (0, 0, 0)


def test_another_scheduler_is_named() -> None:
    answer = {"scheduler": {"schedulerInfo": {"type": "fairScheduler", "rootQueue": {}}}}
    with (
        ScriptedServer(lambda asked: as_json(answer)) as server,
        pytest.raises(UnexpectedAnswer, match="fairScheduler"),
    ):
        ResourceManager([server.url], "kubeyard").queues()
