"""Why a Lab's pod did not come to run, of what Kubernetes says about it."""

import asyncio
import socket
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes_asyncio.client.rest import ApiException
from kubespawner import KubeSpawner  # type: ignore[import-untyped]
from kubeyard_hub.kubernetes_labs import KubernetesLab, LabNotStartedError, refusal, why_not_running

PULL = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "lab:2"'}
UNSCHEDULED = {
    "type": "PodScheduled",
    "status": "False",
    "reason": "Unschedulable",
    "message": "0/3 nodes are available: 3 Insufficient memory.",
}
MOUNT = {"type": "Warning", "reason": "FailedMount", "message": "secret edge-ca not found"}


def pod(**status: Any) -> dict[str, Any]:
    return {"status": status}


def test_what_a_container_waits_for_comes_first() -> None:
    waiting = pod(containerStatuses=[{"state": {"waiting": PULL}}], conditions=[UNSCHEDULED])
    assert why_not_running(waiting, [MOUNT]) == 'ImagePullBackOff: Back-off pulling image "lab:2"'


def test_memory_that_a_restarting_container_ran_out_of_is_told() -> None:
    state = {
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}},
        "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
    }
    assert why_not_running(pod(containerStatuses=[state]), []) == "OOMKilled: exit code 137"


def test_last_warning_is_told_of_a_pod_that_only_waits() -> None:
    creating = pod(containerStatuses=[{"state": {"waiting": {"reason": "ContainerCreating"}}}])
    normal = {"type": "Normal", "reason": "Scheduled", "message": "assigned"}
    assert why_not_running(creating, [MOUNT, normal]) == "FailedMount: secret edge-ca not found"


def test_place_is_told_of_when_there_is_none() -> None:
    assert "Insufficient memory" in why_not_running(pod(conditions=[UNSCHEDULED]), [])
    assert why_not_running({}, []) == ""


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"reason": "Forbidden", "message": "exceeded quota: labs"}', "Forbidden: exceeded quota: labs"),
        ("<html>", "Bad Gateway: Kubernetes answered 502"),
    ],
)
def test_refusal_is_told_in_the_clusters_words(body: str, told: str) -> None:
    why = ApiException(status=502, reason="Bad Gateway")
    why.body = body.encode()
    assert refusal(why) == told


class NeverRunning(KubeSpawner):  # type: ignore[misc]
    """As much of KubeSpawner as a start is: one that waits for good."""

    def start(self) -> Any:
        return asyncio.ensure_future(asyncio.sleep(3600))


class Running(KubeSpawner):  # type: ignore[misc]
    """As much of KubeSpawner as a start is: one whose pod runs at once, at an address of the test's."""

    url = ""
    pod_reflector: Any = None

    def start(self) -> Any:
        async def run() -> str:
            return self.url

        return asyncio.ensure_future(run())


class RunningLab(KubernetesLab, Running):
    """Our Lab on top of that."""


def start_of(lab_class: type[RunningLab], url: str, containers: list[dict[str, Any]]) -> str:
    async def start() -> str:
        lab = lab_class(_mock=True)
        lab.start_timeout, lab.url = 5, url
        reference = f"{lab.namespace}/{lab.pod_name}"
        lab.pod_reflector = SimpleNamespace(pods={reference: pod(containerStatuses=containers)})
        return str(await lab.start())

    return asyncio.run(start())


def test_lab_that_ends_before_it_listens_is_noticed_at_once(known_cluster: None) -> None:
    ended = [{"state": {"terminated": {"reason": "Error", "exitCode": 3}}}]
    with pytest.raises(LabNotStartedError) as failed:
        start_of(RunningLab, "http://127.0.0.1:9", ended)
    assert failed.value.jupyterhub_message == "Error: exit code 3"


def test_lab_that_listens_has_started(known_cluster: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert start_of(RunningLab, url, [{"state": {"running": {}}}]) == url


class Lab(KubernetesLab, NeverRunning):
    """Our Lab on top of it."""

    events: list[dict[str, Any]] = [MOUNT]


def test_reason_is_told_before_the_hub_gives_up_without_one(known_cluster: None) -> None:
    async def start() -> None:
        lab = Lab(_mock=True)
        lab.start_timeout = 3
        await asyncio.wait_for(lab.start(), lab.start_timeout)

    with pytest.raises(LabNotStartedError) as failed:
        asyncio.run(start())
    assert failed.value.jupyterhub_message == "FailedMount: secret edge-ca not found"
