"""Whether the gateway is ready: told to everybody who asks, without asking YARN for each of them."""

import threading

import pytest
from harness.gateway import GatewayProcess, Gateways
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
QUESTIONS = 60
# Its own look, each two seconds and a few more at the start.
LOOKS = 12


def resourcemanager(gateway: GatewayProcess) -> str:
    """What the gateway says of YARN."""
    answer = gateway.send("GET", "/readyz")
    return str(answer.json()["checks"]["resourcemanager"])


def test_readiness_is_asked_often_and_yarn_is_not(start_gateway: Gateways) -> None:
    away = threading.Event()

    def answer(asked: Asked) -> Answer:
        if away.is_set():
            return as_json({}, 503)
        return as_json({"apps": None})

    with ScriptedServer(answer) as server:
        gateway = start_gateway(KUBEYARD_RM_URLS=server.url)
        wait_until(lambda: resourcemanager(gateway) == "ok", "YARN answers the gateway")
        before = len(server.asked)
        assert {resourcemanager(gateway) for _ in range(QUESTIONS)} == {"ok"}
        assert len(server.asked) - before < LOOKS
        away.set()
        wait_until(lambda: resourcemanager(gateway) != "ok", "the gateway notices that YARN is away")
        away.clear()
        wait_until(lambda: resourcemanager(gateway) == "ok", "YARN is back")
        gateway.stop()
