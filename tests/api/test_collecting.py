"""The poller collects the cluster's past: each answer of the ResourceManager is a look, a silence is none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.issuer import Issuer
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_api.poller import Poller
from kubeyard_api.storage.samples_tables import SampleRow
from kubeyard_client.messages.history import AmountHistory
from sqlalchemy import func, select

STEP_SECONDS = 600
# As much of a ResourceManager's answers as the poller reads.
ANSWERS = {
    "apps": {"apps": None},
    "metrics": {
        "clusterMetrics": {
            "allocatedMB": 256,
            "pendingMB": 512,
            "totalMB": 12288,
            "allocatedVirtualCores": 1,
            "pendingVirtualCores": 2,
            "totalVirtualCores": 16,
            "activeNodes": 1,
        }
    },
    "scheduler": {"scheduler": {"schedulerInfo": {"type": "capacityScheduler", "capacity": 100.0}}},
    "nodes": {"nodes": {"node": [{"id": "node1:8041", "nodeHostName": "node1", "state": "RUNNING"}]}},
}


def _as_yarn(asked: Asked) -> Answer:
    return as_json(ANSWERS[asked.path.rpartition("/")[2]])


@pytest.fixture
def yarn() -> Iterator[ScriptedServer]:
    """Return a server that answers like the ResourceManager of a small cluster."""
    with ScriptedServer(_as_yarn) as server:
        yield server


@pytest.fixture
def api(database_url: str, issuer: Issuer, tmp_path: Path, yarn: ScriptedServer) -> Iterator[ApiServer]:
    """Return an API server that asks it."""
    settings = api_settings(tmp_path, database_url, issuer, rm_urls=(yarn.url,))
    with running_api(settings, issuer) as server:
        yield server


def _looks(api: ApiServer) -> int:
    with api.parts.database.reading() as session:
        counted = select(func.sum(SampleRow.looks)).where(SampleRow.step_seconds == STEP_SECONDS)
        return session.scalar(counted) or 0


def _seen(values: tuple[float | None, ...]) -> set[float]:
    return {value for value in values if value is not None}


def test_what_the_cluster_answers_is_kept(api: ApiServer) -> None:
    Poller(api.parts).poll()
    history = api.client("ada").show_cluster_history()
    memory, vcores = history.memory_mb, history.vcores
    assert (_seen(memory.used), _seen(memory.used_max), _seen(memory.total)) == ({256}, {256}, {12288})
    assert (_seen(memory.pending), _seen(vcores.pending_max)) == ({512}, {2})
    assert (_seen(vcores.used), _seen(vcores.used_max), _seen(vcores.total)) == ({1}, {1}, {16})
    assert history.collected_since is not None


def test_another_poller_goes_on_where_the_first_one_stopped(api: ApiServer) -> None:
    Poller(api.parts).poll()
    Poller(api.parts).poll()
    assert _looks(api) == 2


def test_nothing_is_kept_while_the_cluster_does_not_answer(api: ApiServer, yarn: ScriptedServer) -> None:
    Poller(api.parts).poll()
    yarn.script = lambda asked: Answer(status=503)
    Poller(api.parts).poll()
    assert not api.client("ada").show_cluster().reachable
    assert _looks(api) == 1
    memory = api.client("ada").show_cluster_history().memory_mb
    assert all(
        [value is None for value in getattr(memory, name)] == [value is None for value in memory.used]
        for name in AmountHistory.model_fields
    )


def test_part_of_an_answer_is_no_look(api: ApiServer, yarn: ScriptedServer) -> None:
    yarn.script = lambda asked: Answer(status=503) if asked.path.endswith("nodes") else _as_yarn(asked)
    Poller(api.parts).poll()
    assert _looks(api) == 0
