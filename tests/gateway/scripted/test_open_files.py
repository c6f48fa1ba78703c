"""Whoever comes and goes leaves nothing open at the gateway: files and sockets run out before all else."""

from pathlib import Path

import psutil
import pytest
from harness.gateway import Gateways, KernelClient
from harness.launched_kernels import launching_gateway
from harness.scripted_yarn import SPEC
from harness.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
# A notebook's connection takes more than this; what is open for good does not.
SLACK = 6
CONNECTIONS = 25
KERNELS = 4
# A client that is gone without a word is seen gone at once on one machine.
SECONDS = 60


def test_connections_and_kernels_that_have_ended_leave_no_file_open(
    start_gateway: Gateways, tmp_path: Path
) -> None:
    with launching_gateway(start_gateway, tmp_path) as (gateway, _):
        ada = gateway.client("ada")
        kept = ada.start(SPEC.name)
        come_and_go(ada, kept)
        process = psutil.Process(gateway.pid)
        before = steady_count(process)

        for number in range(CONNECTIONS):
            come_and_go(ada, kept, without_a_word=number % 2 == 0)
        wait_until(lambda: process.num_fds() <= before + SLACK, "its connections are closed", SECONDS)
        for _ in range(KERNELS):
            kernel_id = ada.start(SPEC.name)
            come_and_go(ada, kernel_id)
            assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
        wait_until(lambda: process.num_fds() <= before + SLACK, "its kernels' sockets are closed", SECONDS)
        # What is left still works.
        come_and_go(ada, kept)


def come_and_go(client: KernelClient, kernel_id: str, *, without_a_word: bool = False) -> None:
    """Run a cell and leave, as a closed page does, or as a machine that is switched off."""
    with client.connect(kernel_id) as channel:
        assert channel.run("6 * 7") == "42"
        if without_a_word:
            channel.socket.shutdown()  # type: ignore[no-untyped-call]  # closes the connection below it


def steady_count(process: psutil.Process) -> int:
    """How many files are open, once two looks half a second apart agree."""
    last = 0

    def same() -> int:
        nonlocal last
        before, last = last, process.num_fds()
        return last if last == before else 0

    return wait_until(same, "the count of open files is steady", SECONDS, 0.5)
