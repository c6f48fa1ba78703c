"""Kernels that spark-submit starts, for clusters that take no submissions by REST."""

import signal
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from harness.gateway import GatewayProcess, Gateways, KernelClient
from harness.spark_job import STEPS, interrupted
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import remove_kernelspec, write_kernelspec
from kubeyard_yarn.applications import ACTIVE_STATES, ApplicationState, FinalStatus

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]
EVIL = "it's \"$(touch pwned)`touch pwned`\\ {{HOME}}<LOG_DIR> ; exit 3 & 日本 $HOME --conf spark.x=y"


@pytest.fixture
def gateway(start_own: Gateways) -> GatewayProcess:
    return start_own(KUBEYARD_GATEWAY_SUBMISSION="spark-submit")


@pytest.fixture
def ada(gateway: GatewayProcess) -> KernelClient:
    return gateway.client("ada")


@pytest.fixture
def hostile(yarn: YarnGateway) -> Iterator[str]:
    """A kernelspec of ada's whose every word is hostile."""
    name = f"ada.odd-{uuid.uuid4().hex[:6]}"
    write_kernelspec(yarn.kernelspecs, replace(yarn.spec, name=name, owner="ada", display_name=EVIL))
    yield name
    remove_kernelspec(yarn.kernelspecs, name)


def test_a_kernel_with_a_hostile_name_runs_as_its_user_and_ends_in_peace(
    yarn: YarnGateway, gateway: GatewayProcess, ada: KernelClient, hostile: str
) -> None:
    kernel_id = ada.start(hostile)
    application = yarn.application(kernel_id)
    assert (application.owner, application.queue, application.name) == ("ada", yarn.spec.queue, EVIL)
    assert {f"kernel:{kernel_id}", "user:ada", f"kernelspec:{hostile}"} <= application.tags
    with ada.connect(kernel_id) as channel:
        assert channel.run("6 * 7") == "42"
        assert channel.run("spark.sparkContext.sparkUser()").endswith("'ada'")
        assert channel.run("print(spark.conf.get('spark.app.name'))").endswith(f"{EVIL}\n")
        where = "sc.parallelize([0], 1).map(lambda _: __import__('Cryptodome').__file__).collect()"
        assert "/environment/lib/" in channel.run(where)
        assert channel.run("import os; os.environ['HOME'] == os.getcwd()") == "True"
        assert channel.run("'KUBEYARD_KERNEL' in os.environ") == "False"
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    ended = yarn.application(kernel_id)
    assert (ended.state, ended.final_status) == (ApplicationState.FINISHED, FinalStatus.SUCCEEDED)
    assert not list(gateway.folder.rglob("pwned"))


def test_a_queue_that_does_not_exist_is_named(yarn: YarnGateway, ada: KernelClient) -> None:
    name = f"ada.odd-{uuid.uuid4().hex[:6]}"
    write_kernelspec(yarn.kernelspecs, replace(yarn.spec, name=name, owner="ada", queue="nowhere"))
    try:
        answer = ada.send("POST", "/api/kernels", {"name": name})
    finally:
        remove_kernelspec(yarn.kernelspecs, name)
    assert answer.status_code >= 400
    assert "nowhere" in answer.json()["reason"]


@pytest.mark.long
def test_a_kernel_whose_java_is_killed_is_told_dead(yarn: YarnGateway, ada: KernelClient) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id, timeout_seconds=60) as channel:
        channel.run("spark.version")
        channel.send("import os, signal; os.kill(os.getppid(), signal.SIGKILL)")
        channel.until_status("dead")
    application = yarn.application(kernel_id).id
    manager = yarn.resource_manager
    wait_until(lambda: manager.application(application).state not in ACTIVE_STATES, "it is no more", 60)


@pytest.mark.long
def test_an_interrupt_ends_the_job_and_the_session_goes_on(
    yarn: YarnGateway, ada: KernelClient, steps: Path
) -> None:
    kernel_id = ada.start(yarn.spec.name)
    assert "KeyboardInterrupt" in interrupted(ada, kernel_id, steps)
    with ada.connect(kernel_id) as channel:
        # The job's only executor is free again, so none of its tasks is left.
        assert channel.run("sc.parallelize([1, 2]).sum()") == "3"
    assert len(list(steps.iterdir())) < STEPS


@pytest.mark.long
def test_a_restart_keeps_the_kernels_id_and_gives_it_an_application_anew(
    yarn: YarnGateway, ada: KernelClient
) -> None:
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run("gone = spark.version")
    before = yarn.application(kernel_id)
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    assert ada.kernel_ids() == [kernel_id]
    assert yarn.application(kernel_id).id != before.id
    assert yarn.resource_manager.application(before.id).final_status is FinalStatus.SUCCEEDED
    with ada.connect(kernel_id) as channel:
        assert channel.run("'gone' in globals()") == "False"
        assert channel.run("spark.range(7).count()").endswith("7")


@pytest.mark.long
def test_a_killed_gateway_takes_its_kernel_up_again(
    yarn: YarnGateway, gateway: GatewayProcess, ada: KernelClient
) -> None:
    kernel_id, session = ada.start(yarn.spec.name), uuid.uuid4().hex
    with ada.connect(kernel_id, session) as channel:
        assert channel.run("kept = spark.range(7).count(); kept").endswith("7")
    application = yarn.application(kernel_id).id
    gateway.stop(signal.SIGKILL)
    gateway.start()
    assert ada.kernel_ids() == [kernel_id]
    with ada.connect(kernel_id, session) as channel:
        assert channel.run("kept + spark.range(5).count()") == "12"
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    ended = yarn.application(kernel_id)
    assert (ended.id, ended.final_status) == (application, FinalStatus.SUCCEEDED)
