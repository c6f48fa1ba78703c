"""Every version's answers are read to the same things, whatever shape they take."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_yarn.applications import ApplicationState, FinalStatus
from kubeyard_yarn.errors import UnexpectedAnswer
from kubeyard_yarn.resource_manager import ResourceManager

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = sorted(folder.name for folder in GOLDEN.iterdir())


Answering = Callable[..., ResourceManager]


def golden(version: str, name: str) -> object:
    return json.loads((GOLDEN / version / f"{name}.json").read_text())["answer"]


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def answering(version: str) -> Iterator[Answering]:
    """Yield a function: a ResourceManager whose every path answers with the named golden file."""
    with ScriptedServer(lambda asked: Answer(status=404)) as server:

        def with_answers(**by_ending: str) -> ResourceManager:
            def script(asked: Asked) -> Answer:
                for ending, name in by_ending.items():
                    if asked.path.endswith(ending):
                        return as_json(golden(version, name))
                return Answer(status=404)

            server.script = script
            return ResourceManager([server.url], "kubeyard")

        yield with_answers


def test_every_file_names_where_its_shape_comes_from(version: str) -> None:
    for file in (GOLDEN / version).iterdir():
        assert json.loads(file.read_text())["source"]


def test_a_list_of_applications(answering: Answering) -> None:
    [application] = answering(apps="applications").applications([ApplicationState.RUNNING])
    assert application.owner == "ada"
    assert application.name == "Penguins"
    assert application.queue == "interactive"
    assert {"kubeyard", "user:ada"} <= application.tags
    assert application.tagged("kernel") == "6f1c"
    assert application.tagged("notebook") is None
    assert not application.state.is_final
    assert application.memory_mb in (256, 1536)
    assert application.am_host in ("localhost", "node1")
    assert application.am_container_id.startswith("container_")
    assert application.started_at is not None
    assert application.started_at.tzinfo is UTC
    assert application.finished_at is None


def test_no_applications_is_an_empty_list(answering: Answering) -> None:
    assert answering(apps="no_applications").applications() == []


def test_an_ended_application_holds_nothing(answering: Answering) -> None:
    application = answering(x="finished").application("x")
    assert application.state.is_final
    assert application.final_status in (FinalStatus.SUCCEEDED, FinalStatus.KILLED)
    assert (application.memory_mb, application.vcores, application.running_containers) == (0, 0, 0)
    assert application.finished_at is not None
    assert application.finished_at > datetime(2016, 1, 1, tzinfo=UTC)


def test_attempts_and_their_containers(answering: Answering) -> None:
    manager = answering(appattempts="attempts", containers="containers")
    [attempt] = manager.attempts("x")
    [container] = manager.containers("x")
    assert attempt.number == 1
    assert attempt.am_container_id == container.id
    assert container.state == "RUNNING"
    assert container.memory_mb in (256, 1536)
    assert container.node_http_address in ("localhost:8042", "node1:8042")
    assert container.finished_at is None
    assert container.exit_status is None


def test_no_containers_is_an_empty_list(answering: Answering) -> None:
    assert answering(appattempts="attempts", containers="no_containers").containers("x") == []


def test_info_names_version_and_role(answering: Answering, version: str) -> None:
    info = answering(info="info").info()
    assert info.version.startswith(version)
    assert info.is_active


def test_metrics_add_up(answering: Answering, version: str) -> None:
    metrics = answering(metrics="metrics").metrics()
    assert metrics.memory_used_mb + metrics.memory_available_mb == metrics.memory_total_mb > 0
    assert metrics.vcores_used + metrics.vcores_available == metrics.vcores_total > 0
    # 2.10 does not tell what is pending.
    assert metrics.memory_pending_mb == (512 if version in ("3.3", "3.4") else 0)


def test_queues_are_flattened_with_their_shares(answering: Answering) -> None:
    root, default, interactive = answering(scheduler="scheduler", metrics="metrics").queues()
    assert (root.path, root.parent, root.is_leaf) == ("root", None, False)
    assert (default.path, interactive.path) == ("root.default", "root.interactive")
    assert interactive.parent == "root"
    assert interactive.is_leaf
    assert interactive.is_open
    assert interactive.guaranteed_percent == 50
    assert interactive.limit_percent == 100
    assert interactive.guaranteed_memory_mb * 2 == interactive.limit_memory_mb == root.guaranteed_memory_mb
    assert interactive.memory_used_mb in (256, 1536)
    assert default.memory_used_mb == 0
    # The root tells no use of its own.
    assert root.memory_used_mb == interactive.memory_used_mb


def test_nodes(answering: Answering, version: str) -> None:
    first, *others = answering(nodes="nodes").nodes()
    assert first.state == "RUNNING"
    assert first.memory_total_mb > first.memory_used_mb > 0
    assert first.http_address.endswith(":8042")
    assert first.last_seen_at is not None
    assert [node.state for node in others] == ([] if version == "3.5.0" else ["LOST"])


def test_a_state_of_a_later_version_breaks_no_list() -> None:
    with ScriptedServer(
        lambda asked: as_json({"apps": {"app": [{"id": "a", "state": "RESTING"}]}})
    ) as server:
        [application] = ResourceManager([server.url], "kubeyard").applications()
    assert application.state is ApplicationState.UNKNOWN


def test_another_scheduler_is_named() -> None:
    answer = {"scheduler": {"schedulerInfo": {"type": "fairScheduler", "rootQueue": {}}}}
    with (
        ScriptedServer(lambda asked: as_json(answer)) as server,
        pytest.raises(UnexpectedAnswer, match="fairScheduler"),
    ):
        ResourceManager([server.url], "kubeyard").queues()
