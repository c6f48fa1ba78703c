"""Containers that real YARN takes for another queue, or loses with their node: the notebook hears why."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from harness.gateway import Channel, Gateways, KernelClient
from harness.own_yarn import OwnYarn, Wanted, own_yarn
from harness.platform import Platform
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import remove_kernelspec, write_kernelspec
from kubeyard_yarn.applications import ACTIVE_STATES

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(900)]
LARGE = "bob.large"
MONITOR = "yarn.resourcemanager.monitor.capacity.preemption"
QUEUES = "yarn.scheduler.capacity.root"
PREEMPTING = Wanted(
    yarn={
        "yarn.resourcemanager.scheduler.monitor.enable": "true",
        f"{MONITOR}.monitoring_interval": 500,
        f"{MONITOR}.max_wait_before_kill": 1000,
        f"{MONITOR}.total_preemption_per_round": 1.0,
        f"{MONITOR}.natural_termination_factor": 1.0,
        f"{MONITOR}.max_ignored_over_capacity": 0.0,
    },
    queues={
        # Interactive has a right to one kernel; more of them run in what others do not use.
        f"{QUEUES}.default.capacity": 75,
        f"{QUEUES}.interactive.capacity": 25,
        f"{QUEUES}.interactive.user-limit-factor": 4,
    },
)
TWO_NODES = Wanted(nodes=2, memory_mb=2048)
Clusters = Callable[[Wanted], OwnYarn]


@pytest.fixture
def start_cluster(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clusters]:
    """Start clusters; they are ended after the gateways before them."""
    with ExitStack() as stack:
        yield lambda wanted: stack.enter_context(own_yarn(tmp_path_factory.mktemp("own"), platform, wanted))


@pytest.fixture
def large(yarn: YarnGateway) -> Iterator[str]:
    """A kernelspec of bob's that takes more than half of the cluster, in the queue that has a right to it."""
    wanted = replace(yarn.spec, name=LARGE, owner="bob", public=False, driver_memory_mb=2048, queue="default")
    write_kernelspec(yarn.kernelspecs, wanted)
    yield LARGE
    remove_kernelspec(yarn.kernelspecs, LARGE)


def told_of_its_end(channel: Channel) -> str:
    """Read until the kernel's death is told, and return the words."""
    while True:
        message = channel.receive()
        if message["msg_type"] == "error" and message["content"]["ename"] == "KernelDied":
            return str(message["content"]["evalue"])


def death_of(client: KernelClient, kernel_id: str) -> str:
    death = client.send("GET", f"/api/kernels/{kernel_id}").json()["kubeyard"].get("death")
    return str(death["cause"]) if death else ""


def at_work(stack: ExitStack, client: KernelClient, kernel_id: str) -> Channel:
    """A notebook whose cell does not end by itself."""
    channel = stack.enter_context(client.connect(kernel_id, timeout_seconds=120))
    channel.send("import time\nprint('it runs', flush=True)\ntime.sleep(600)")
    channel.until_printed("it runs")
    return channel


def test_kernel_whose_container_another_queue_took_says_so_in_its_notebook(
    start_cluster: Clusters, start_own: Gateways, yarn: YarnGateway, large: str
) -> None:
    cluster = start_cluster(PREEMPTING)
    gateway = start_own(KUBEYARD_GATEWAY_SPARES="0", **cluster.settings)
    ada, bob = gateway.client("ada"), gateway.client("bob")
    with ExitStack() as stack:
        kernels = [ada.start(yarn.spec.name) for _ in range(3)]
        notebooks = {kernel_id: at_work(stack, ada, kernel_id) for kernel_id in kernels}
        bobs = bob.start(large, {"KERNEL_LAUNCH_TIMEOUT": "120"})
        taken = wait_until(lambda: [each for each in kernels if death_of(ada, each)], "one was taken", 60)
        for kernel_id in taken:
            assert "for another queue that has a right to it" in told_of_its_end(notebooks[kernel_id])
            assert death_of(ada, kernel_id) == "preempted"

        def kept() -> set[str | None]:
            """Whose kernels live; more than the first may have been taken by now."""
            return {bobs, *(each for each in kernels if not death_of(ada, each))}

        # What was begun anew is nobody's, and would take the room that bob has got.
        wait_until(lambda: kernels_in(cluster) == kept(), "nothing else is left", 60, 0.5)


def kernels_in(cluster: OwnYarn) -> set[str | None]:
    return {each.tagged("kernel") for each in cluster.client.applications(ACTIVE_STATES)}


def test_kernel_whose_node_was_lost_says_so_in_its_notebook_and_starts_on_another(
    start_cluster: Clusters, start_own: Gateways, yarn: YarnGateway
) -> None:
    cluster = start_cluster(TWO_NODES)
    gateway = start_own(KUBEYARD_GATEWAY_SPARES="0", **cluster.settings)
    ada = gateway.client("ada")
    with ExitStack() as stack:
        kernel_id = ada.start(yarn.spec.name)
        notebook = at_work(stack, ada, kernel_id)
        lost = cluster.application(kernel_id)
        cluster.lose_node_of(lost)
        assert "The node on which it ran was lost" in told_of_its_end(notebook)
    assert death_of(ada, kernel_id) == "node-lost"
    wait_until(lambda: kernels_in(cluster) == set(), "no second try is left", 60, 0.5)
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart", timeout_seconds=120).status_code == 200
    with ada.connect(kernel_id) as channel:
        assert channel.run("6 * 7") == "42"
    [other] = cluster.client.applications(ACTIVE_STATES)
    assert other.am_http_address != lost.am_http_address
