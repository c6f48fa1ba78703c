"""A kernel that the new gateway has not heard yet is told from one that starts."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from harness.gateway import Gateways
from harness.launched_kernels import launching_gateway
from harness.scripted_yarn import SPEC
from harness.waiting import wait_until

pytestmark = pytest.mark.slow


def test_kernel_reconnects_until_the_new_gateway_hears_it(start_gateway: Gateways, tmp_path: Path) -> None:
    with launching_gateway(start_gateway, tmp_path) as (gateway, yarn):
        ada = gateway.client("ada")
        kernel_id = ada.start(SPEC.name)

        def model() -> Any:
            return ada.send("GET", f"/api/kernels/{kernel_id}").json()

        assert model()["kubeyard"]["reconnecting"] is False
        [process] = yarn.processes.values()
        gateway.stop()
        # It is there, and answers nobody: as one does whose node is cut off.
        os.kill(process.pid, signal.SIGSTOP)
        try:
            gateway.start()
            assert model()["kubeyard"]["reconnecting"] is True
        finally:
            os.kill(process.pid, signal.SIGCONT)
        with ada.connect(kernel_id) as channel:
            assert channel.run("6 * 7") == "42"
        wait_until(lambda: model()["execution_state"] == "idle", "the gateway hears the kernel")
        assert model()["kubeyard"]["reconnecting"] is False
