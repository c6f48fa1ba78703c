"""The real ResourceManager: lists, one application, kill, submit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from harness.hadoop import Hadoop, Submit, UntilState, WaitForContainer
from kubeyard_yarn.applications import ApplicationState, FinalStatus
from kubeyard_yarn.errors import BadRequest, NotFound, Refused, Unreachable
from kubeyard_yarn.resource_manager import ResourceManager

pytestmark = pytest.mark.daemons


def test_the_cluster_says_what_it_is_and_has(hadoop: Hadoop) -> None:
    manager = hadoop.resource_manager()
    assert manager.info().is_active
    metrics = manager.metrics()
    assert metrics.nodes_active == 1
    assert metrics.memory_total_mb == metrics.memory_used_mb + metrics.memory_available_mb
    [node] = manager.nodes()
    assert node.state == "RUNNING"
    assert node.memory_total_mb == metrics.memory_total_mb
    assert {queue.path for queue in manager.queues()} == {"root", "root.default", "root.interactive"}


def test_an_application_runs_and_is_found_by_state_owner_tag_and_time(
    hadoop: Hadoop, submit: Submit, running_container: WaitForContainer
) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    application_id = submit("exec sleep 60", tags=("kernel:6f1c", "user:ada"))
    running_container(application_id)
    manager = hadoop.resource_manager()

    def ids(**wanted: Any) -> set[str]:
        return {application.id for application in manager.applications(**wanted)}

    # YARN says ACCEPTED until the application's master has registered, which a shell never does.
    assert application_id in ids(states=[ApplicationState.ACCEPTED])
    assert application_id not in ids(states=[ApplicationState.RUNNING])
    assert application_id in ids(owner="ada")
    assert application_id not in ids(owner="bob")
    assert application_id in ids(tags=["kernel:6f1c"])
    assert application_id not in ids(tags=["kernel:other"])
    assert application_id in ids(started_since=before)
    assert application_id not in ids(started_since=before + timedelta(hours=1))
    found = manager.application(application_id)
    assert (found.owner, found.queue, found.tagged("kernel")) == ("ada", "interactive", "6f1c")
    assert (found.memory_mb, found.vcores, found.running_containers) == (128, 1, 1)
    interactive = next(queue for queue in manager.queues() if queue.name == "interactive")
    assert interactive.memory_used_mb >= 128


def test_its_attempt_and_container_are_listed_while_it_runs(
    hadoop: Hadoop, submit: Submit, running_container: WaitForContainer
) -> None:
    application_id = submit("exec sleep 60")
    container_id, node = running_container(application_id)
    [attempt] = hadoop.resource_manager().attempts(application_id)
    assert attempt.am_container_id == container_id
    assert hadoop.resource_manager().nodes()[0].http_address == node


def test_a_kill_says_why_and_may_be_repeated(hadoop: Hadoop, submit: Submit, until_state: UntilState) -> None:
    application_id = submit("exec sleep 60")
    manager = hadoop.resource_manager()
    manager.kill(application_id, "stopped by admin: lunch")
    killed = until_state(application_id, ApplicationState.KILLED)
    assert killed.final_status is FinalStatus.KILLED
    assert "stopped by admin: lunch" in killed.diagnostics
    assert manager.kill(application_id) is ApplicationState.KILLED
    assert manager.containers(application_id) == []


def test_the_owner_may_kill(hadoop: Hadoop, submit: Submit, until_state: UntilState) -> None:
    application_id = submit("exec sleep 60", owner="ada")
    hadoop.resource_manager("ada").kill(application_id)
    until_state(application_id, ApplicationState.KILLED)


def test_a_stranger_may_not_kill(hadoop: Hadoop, submit: Submit) -> None:
    application_id = submit("exec sleep 60", owner="ada")
    with pytest.raises(Refused, match=application_id):
        hadoop.resource_manager("eve").kill(application_id)
    assert not hadoop.resource_manager().application(application_id).state.is_final


def test_a_stranger_sees_no_memory_and_no_times(
    hadoop: Hadoop, submit: Submit, running_container: WaitForContainer
) -> None:
    application_id = submit("exec sleep 60", owner="ada")
    running_container(application_id)
    [seen] = [each for each in hadoop.resource_manager("eve").applications() if each.id == application_id]
    assert (seen.memory_mb, seen.started_at) == (0, None)


def test_the_list_leaves_resource_requests_out(
    hadoop: Hadoop, submit: Submit, running_container: WaitForContainer
) -> None:
    application_id = submit("exec sleep 60")
    running_container(application_id)
    answer = hadoop.resource_manager()._get("apps", "a look at it", deSelects="resourceRequests")
    assert "resourceRequests" not in str(answer)


def test_an_application_that_never_was_is_not_found(hadoop: Hadoop) -> None:
    for ask in (hadoop.resource_manager().application, hadoop.resource_manager().kill):
        with pytest.raises(NotFound, match="application_1_0001"):
            ask("application_1_0001")


@pytest.mark.parametrize("bad", ["nonsense", "a/../../x", "application_1_0001?user.name=root"])
def test_a_bad_id_is_a_bad_request_and_no_other_path(hadoop: Hadoop, bad: str) -> None:
    with pytest.raises((BadRequest, NotFound)):
        hadoop.resource_manager().application(bad)


def test_a_queue_that_does_not_exist_fails_the_application_afterwards(
    submit: Submit, until_state: UntilState
) -> None:
    failed = until_state(submit("true", queue="nowhere"), ApplicationState.FAILED)
    assert "nowhere" in failed.diagnostics


def test_a_context_that_is_none_is_a_bad_request(hadoop: Hadoop) -> None:
    with pytest.raises(BadRequest):
        hadoop.resource_manager().submit({"application-id": "nonsense"})


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1.*Connection refused"):
        ResourceManager(["http://127.0.0.1:1"], "kubeyard").metrics()
