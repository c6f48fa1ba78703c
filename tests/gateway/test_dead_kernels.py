"""A kernel that has died is told dead to whoever comes, not only to who was there."""

from pathlib import Path

import pytest
from harness.gateway import Gateways
from harness.launched_kernels import launching_gateway
from harness.scripted_yarn import SPEC
from harness.waiting import wait_until

pytestmark = pytest.mark.slow


def test_a_client_that_comes_after_the_death_is_told_of_it(start_gateway: Gateways, tmp_path: Path) -> None:
    with launching_gateway(start_gateway, tmp_path) as (gateway, yarn):
        ada = gateway.client("ada")
        kernel_id = ada.start(SPEC.name)
        [process] = yarn.processes.values()
        process.kill()

        def state() -> str:
            return str(ada.send("GET", f"/api/kernels/{kernel_id}").json()["execution_state"])

        wait_until(lambda: state() == "dead", "the gateway knows")
        for _ in range(2):
            with ada.connect(kernel_id, timeout_seconds=20) as channel:
                channel.until_status("dead")
