"""No application outlives its gateway for long, whatever becomes of the gateway."""

import signal
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests
from harness.gateway import GatewayProcess, Gateways
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway, tag_of
from kubeyard_kernelspecs import remove_kernelspec, write_kernelspec
from kubeyard_yarn.applications import ACTIVE_STATES, Application, ApplicationState, FinalStatus
from kubeyard_yarn.submission import ApplicationSubmission

Submitting = Callable[..., str]
pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(420)]


def running(yarn: YarnGateway, gateway: GatewayProcess) -> list[Application]:
    """What YARN runs for this gateway."""
    return yarn.resource_manager.applications(ACTIVE_STATES, tags=[tag_of(gateway)])


def until_submitted(yarn: YarnGateway, gateway: GatewayProcess) -> Application:
    found = wait_until(lambda: running(yarn, gateway), "the application is in YARN", 60, 0.02)
    return found[0]


@pytest.fixture
def submit(yarn: YarnGateway) -> Iterator[Submitting]:
    """Return a function that submits a sleeping application with these tags; all are killed in the end."""
    manager = yarn.resource_manager.as_user("ada")
    submitted: list[str] = []

    def run(*tags: str) -> str:
        application_id = manager.new_application().id
        application = ApplicationSubmission(
            name="sleeps",
            user="ada",
            queue=yarn.spec.queue,
            memory_mb=128,
            vcores=1,
            command="exec sleep 600",
            environment={},
            resources={},
            tags=("kubeyard", *tags),
            modifiers=(yarn.process.environment.get("KUBEYARD_SERVICE_USER", "kubeyard"),),
        )
        manager.submit(application.to_json(application_id))
        submitted.append(application_id)
        return application_id

    yield run
    for application_id in submitted:
        yarn.resource_manager.kill(application_id)


def start_in_background(gateway: GatewayProcess, kernelspec: str) -> threading.Thread:
    """Ask for a kernel whose gateway will not live to answer."""

    def ask() -> None:
        with pytest.raises(requests.ConnectionError):
            gateway.client("ada").send("POST", "/api/kernels", {"name": kernelspec})

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def test_a_gateway_killed_during_a_start_leaves_no_application(
    yarn: YarnGateway, start_own: Gateways
) -> None:
    gateway = start_own()
    asking = start_in_background(gateway, yarn.spec.name)
    orphan = until_submitted(yarn, gateway)
    gateway.stop(signal.SIGKILL)
    asking.join(30)
    assert not yarn.resource_manager.application(orphan.id).state.is_final
    gateway.start()
    wait_until(lambda: not running(yarn, gateway), "the new gateway has ended the application", 30)
    ended = yarn.resource_manager.application(orphan.id)
    assert ended.state is ApplicationState.KILLED
    assert "no record of this application's kernel" in ended.diagnostics
    assert gateway.client("ada").kernel_ids() == []


def test_without_its_gateway_an_application_ends_with_its_lease(
    yarn: YarnGateway, start_own: Gateways
) -> None:
    gateway = start_own(KUBEYARD_GATEWAY_LEASE_SECONDS="15")
    kernel_id = gateway.client("ada").start(yarn.spec.name)
    application = yarn.application(kernel_id)
    # Renewed again and again, it lives longer than one lease.
    lived = application.elapsed_seconds + 20
    wait_until(
        lambda: yarn.application(kernel_id).elapsed_seconds > lived, "more than a lease is over", 60, 1
    )
    assert yarn.application(kernel_id).state is ApplicationState.RUNNING
    gateway.stop(signal.SIGKILL)
    wait_until(lambda: not running(yarn, gateway), "the lease has ended", 60, 1)
    ended = yarn.application(kernel_id)
    assert ended.state is ApplicationState.KILLED
    assert "lifetime" in ended.diagnostics.lower()


def test_a_kernel_ends_in_peace_when_its_gateway_is_gone_for_long(
    yarn: YarnGateway, start_own: Gateways
) -> None:
    gateway = start_own(KUBEYARD_GATEWAY_GONE_SECONDS="12")
    ada = gateway.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("kept = spark.range(3).count()")
        lived = yarn.application(kernel_id).elapsed_seconds + 20
        wait_until(lambda: yarn.application(kernel_id).elapsed_seconds > lived, "the time is over", 60, 1)
        # Greeted all the while, it lives.
        assert channel.run("kept") == "3"
        # A cell that never ends does not hold it.
        channel.send("while True: pass")
        channel.until_status("busy")
    gateway.stop(signal.SIGKILL)
    wait_until(lambda: not running(yarn, gateway), "the kernel has ended by itself", 90, 1)
    ended = yarn.application(kernel_id)
    assert (ended.state, ended.final_status) == (ApplicationState.FINISHED, FinalStatus.SUCCEEDED)


def test_a_kernel_whose_gateway_is_back_in_time_lives_on(yarn: YarnGateway, start_own: Gateways) -> None:
    gateway = start_own(KUBEYARD_GATEWAY_GONE_SECONDS="20", KUBEYARD_GATEWAY_LEASE_SECONDS="40")
    ada = gateway.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("kept = 41")
    gateway.stop(signal.SIGKILL)
    gateway.start()
    lived = yarn.application(kernel_id).elapsed_seconds + 45
    wait_until(lambda: yarn.application(kernel_id).elapsed_seconds > lived, "both times are over", 90, 1)
    with ada.connect(kernel_id) as channel:
        assert channel.run("kept + 1") == "42"


def test_orphans_are_ended_at_the_start_and_others_are_left_alone(
    yarn: YarnGateway, start_own: Gateways, submit: Submitting
) -> None:
    gateway = start_own()
    kernel_id = gateway.client("ada").start(yarn.spec.name)
    gateway.stop(signal.SIGKILL)
    tag = f"kernel:{uuid.uuid4()}"
    orphan = submit(tag_of(gateway), tag)
    others = [submit("gateway:0123456789abcdef", tag), submit(tag)]
    gateway.start()
    manager = yarn.resource_manager
    wait_until(lambda: manager.application(orphan).state.is_final, "the orphan is ended", 30)
    assert manager.application(orphan).state is ApplicationState.KILLED
    assert [manager.application(other).state.is_final for other in others] == [False, False]
    # A session's record takes its application up.
    assert gateway.client("ada").kernel_ids() == [kernel_id]
    assert yarn.application(kernel_id).state in ACTIVE_STATES


def test_an_orphan_is_found_while_the_gateway_runs_too(
    yarn: YarnGateway, start_own: Gateways, submit: Submitting
) -> None:
    gateway = start_own()
    orphan = submit(tag_of(gateway))
    wait_until(lambda: yarn.resource_manager.application(orphan).state.is_final, "the orphan is ended", 30)


def test_two_gateways_on_one_cluster_leave_each_others_kernels_alone(
    yarn: YarnGateway, start_own: Gateways
) -> None:
    one, two = start_own(), start_own()
    kernels = {gateway: gateway.client("ada").start(yarn.spec.name) for gateway in (one, two)}
    assert tag_of(one) != tag_of(two)
    for gateway, other in ((one, two), (two, one)):
        gateway.stop(signal.SIGKILL)
        gateway.start()
        with gateway.client("ada").connect(kernels[gateway]) as channel:
            assert channel.run("6 * 7") == "42"
        with other.client("ada").connect(kernels[other]) as channel:
            assert channel.run("6 * 7") == "42"


def test_a_start_that_its_gateway_gave_up_leaves_no_application(
    yarn: YarnGateway, start_own: Gateways
) -> None:
    gateway = start_own(KUBEYARD_GATEWAY_LAUNCH_TIMEOUT_SECONDS="3", KUBEYARD_GATEWAY_SPARES="0")
    ada, name = yarn.process.client("ada"), "ada.too-large-for-now"
    # While this one runs, another that takes nearly all there is has to wait.
    kernel_id = ada.start(yarn.spec.name)
    whole_mb = int(yarn.resource_manager.metrics().memory_total_mb / 1.25)
    spec = replace(yarn.spec, name=name, owner="ada", driver_memory_mb=whole_mb)
    write_kernelspec(yarn.kernelspecs, spec)
    try:
        answer = gateway.client("ada").send("POST", "/api/kernels", {"name": name})
    finally:
        remove_kernelspec(yarn.kernelspecs, name)
        ada.send("DELETE", f"/api/kernels/{kernel_id}")
    assert answer.status_code == 504, answer.text
    wait_until(lambda: not running(yarn, gateway), "nothing is left", 30)
