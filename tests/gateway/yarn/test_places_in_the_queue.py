"""What somebody is told whose kernel waits for others' on real YARN, and that the queue moves on."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from harness.gateway import Gateways, KernelClient
from harness.spare_gateway import own_kernelspecs
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_yarn.room import free_by_queue

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]

START_SECONDS = 240


def test_starts_that_wait_tell_their_place_and_come_in_their_turn(
    yarn: YarnGateway, start_own: Gateways, tmp_path: Path
) -> None:
    # Two of them are more than there is.
    free_mb = free_by_queue(yarn.resource_manager)[yarn.spec.queue]
    large = replace(yarn.spec, name="kubeyard.large", executors=0, driver_memory_mb=int(free_mb * 0.6 / 1.2))
    gateway = start_own(KUBEYARD_GATEWAY_SPARES="0", **own_kernelspecs(tmp_path / "specs", large))
    ada, bob, eve = (gateway.client(name) for name in ("ada", "bob", "eve"))
    first = ada.start(large.name)

    with ThreadPoolExecutor(2) as threads:
        starts: list[Future[requests.Response]] = []
        for client in (ada, bob):
            body = {"name": large.name}
            options = {"timeout_seconds": START_SECONDS}
            starts.append(threads.submit(client.send, "POST", "/api/kernels", body, **options))
            wait_until(lambda who=client: waiting(who), "it waits", 60)  # type: ignore[misc]
        wait_until(lambda: place(bob) == {"number": 2, "waiting": 2}, "he is the second", 60)
        assert place(ada) == {"number": 1, "waiting": 2}
        [told] = waiting(bob)
        assert told["queue"] == yarn.spec.queue
        assert told["application_id"]
        assert yarn.spec.queue in told["reason"]["what"]
        assert told["reason"]["next_step"]
        assert waiting(eve) == []

        ada.send("DELETE", f"/api/kernels/{first}")
        second = kernel_of(starts[0])
        wait_until(lambda: place(bob) == {"number": 1, "waiting": 1}, "he is the next", 60)
        ada.send("DELETE", f"/api/kernels/{second}")
        his = kernel_of(starts[1])
    with bob.connect(his) as channel:
        assert channel.run("6 * 7") == "42"
    assert waiting(bob) == []


def waiting(client: KernelClient) -> list[Any]:
    """The client's starts of which YARN has said why they wait."""
    return [each for each in client.send("GET", "/api/starts").json() if each["reason"]]


def place(client: KernelClient) -> Any:
    """Where the client's only start stands."""
    [told] = waiting(client) or [{"place": None}]
    return told["place"]


def kernel_of(start: "Future[requests.Response]") -> str:
    """The kernel that the start has given."""
    answer = start.result(timeout=START_SECONDS)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
