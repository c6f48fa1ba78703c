"""When an application is given its lease in YARN."""

from pathlib import Path
from typing import Any

import pytest
from harness.gateway import Gateways
from harness.scripted_server import Answer, Asked
from harness.scripted_yarn import SPEC, ScriptedYarn, connection, gateway_before, report
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
# More than the rounds of renewals take.
LOOKS = 8


class LeasingYarn(ScriptedYarn):
    """Notes which applications got a lease, and how often all are looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.leased: list[str] = []
        self.looks = 0

    def _manager(self, asked: Asked, path: str) -> Answer:
        if asked.method == "PUT" and path.endswith("/timeout"):
            self.leased.append(path.split("/")[2])
        self.looks += asked.method == "GET" and path.strip("/") == "apps"
        return super()._manager(asked, path)


def test_no_lease_is_asked_for_while_a_container_is_launched(start_gateway: Gateways, tmp_path: Path) -> None:
    """The ResourceManager may lose the container's command then, though rarely."""
    yarn = LeasingYarn()
    before: list[str] = []

    def container(_: int, told: dict[str, Any]) -> None:
        yarn.applications[0].update(state="ACCEPTED", elapsedTime=1000)
        begin = yarn.looks
        wait_until(lambda: yarn.looks > begin + LOOKS, "the gateway has looked again and again")
        before.extend(yarn.leased)
        report(told, connection())

    yarn.runs(container)
    with gateway_before(yarn, start_gateway, tmp_path, KUBEYARD_GATEWAY_SPARES="0") as gateway:
        gateway.client("ada").start(SPEC.name)
        ident = yarn.applications[0]["id"]
        wait_until(lambda: ident in yarn.leased, "it has its lease")
    assert before == []
