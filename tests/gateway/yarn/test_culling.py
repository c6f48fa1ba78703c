"""Kernels that nobody uses are stopped, after a word to their notebooks."""

from dataclasses import replace

import pytest
from harness.gateway import Channel, Gateways, KernelClient
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import write_kernelspec
from kubeyard_yarn.applications import ApplicationState, FinalStatus

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(420)]
SOON = {"KUBEYARD_GATEWAY_CULL_IDLE_SECONDS": "6", "KUBEYARD_GATEWAY_CULL_WARNING_SECONDS": "2"}


def until_stream(channel: Channel, text: str) -> dict[str, object]:
    """Read until a stream message holds `text`, and return the whole message."""
    while True:
        message = channel.receive()
        if message["msg_type"] == "stream" and text in message["content"]["text"]:
            return message


def until_gone(client: KernelClient, kernel_id: str) -> None:
    wait_until(lambda: kernel_id not in client.kernel_ids(), "the kernel is culled", 60)


def test_an_idle_kernel_is_warned_below_its_last_cell_and_then_stopped(
    yarn: YarnGateway, start_own: Gateways
) -> None:
    ada = start_own(**SOON).client("ada")
    kernel_id = ada.start(yarn.spec.name)
    # The open tab does not keep it.
    with ada.connect(kernel_id) as channel:
        cell = channel.send("print('hello')")
        assert channel.output(cell) == "hello\n"
        warning = until_stream(channel, "It will be stopped in 2 s")
        assert warning["parent_header"]["msg_id"] == cell  # type: ignore[index]  # JSON
        until_stream(channel, "was stopped after 6 s without use")
        until_gone(ada, kernel_id)
    ended = yarn.application(kernel_id)
    assert (ended.state, ended.final_status) == (ApplicationState.FINISHED, FinalStatus.SUCCEEDED)


def test_a_cell_after_the_warning_keeps_the_kernel(yarn: YarnGateway, start_own: Gateways) -> None:
    ada = start_own(**SOON).client("ada")
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        for _ in range(3):
            channel.run("kept = 1")
            until_stream(channel, "It will be stopped in")
        assert channel.run("kept") == "1"


def test_a_busy_kernel_is_not_stopped_after_a_restart_of_the_gateway_either(
    yarn: YarnGateway, start_own: Gateways
) -> None:
    gateway = start_own(**SOON)
    ada = gateway.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.send("import time\ntime.sleep(25)\nprint('done')")
        channel.until_status("busy")
    gateway.stop()
    gateway.start()
    # Says nothing all the while: only the kernel knows that it works.
    with ada.connect(kernel_id) as channel:
        until_stream(channel, "done")
        until_stream(channel, "It will be stopped in")


def test_a_job_of_a_cell_that_has_ended_is_use(yarn: YarnGateway, start_own: Gateways) -> None:
    ada = start_own(**SOON).client("ada")
    kernel_id = ada.start(yarn.spec.name)
    with ada.connect(kernel_id) as channel:
        channel.run(
            "import threading, time\n"
            "job = lambda: (sc.parallelize([0], 1).foreach(lambda _: time.sleep(25)), open('done', 'w'))\n"
            "threading.Thread(target=job).start()"
        )
        until_stream(channel, "It will be stopped in")
        assert channel.run("import os; os.path.exists('done')") == "True"


@pytest.mark.parametrize(("own", "gateways"), [(6.0, "0"), (0.0, "6"), (600.0, "6")])
def test_an_environments_own_time_beats_the_gateways(
    yarn: YarnGateway, start_own: Gateways, own: float, gateways: str
) -> None:
    settings = {"KUBEYARD_GATEWAY_CULL_IDLE_SECONDS": gateways, "KUBEYARD_GATEWAY_CULL_WARNING_SECONDS": "2"}
    ada = start_own(**settings).client("ada")
    write_kernelspec(
        yarn.kernelspecs, replace(yarn.spec, name="ada.patient", owner="ada", cull_idle_seconds=own)
    )
    watched = ada.start(yarn.spec.name)
    patient = ada.start("ada.patient")
    if own == 6:
        until_gone(ada, patient)
        assert ada.kernel_ids() == [watched]
    else:
        until_gone(ada, watched)
        assert ada.kernel_ids() == [patient]
