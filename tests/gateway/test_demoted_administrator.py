"""Somebody who was an administrator, and whose tokens say so no longer."""

import time
from collections.abc import Callable

import pytest
import websocket
from harness.gateway import GatewayProcess, Gateways, KernelClient
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
TOKEN_EXPIRED = 4401
LAST_TOKEN_SECONDS = 4


@pytest.fixture(scope="module")
def strict(start_gateway: Gateways) -> GatewayProcess:
    """No WebSocket outlives its token here."""
    return start_gateway(tls=True, KUBEYARD_GATEWAY_WEBSOCKET_GRACE_SECONDS="0")


@pytest.fixture(scope="module")
def adas_own(strict: GatewayProcess) -> str:
    return strict.client("ada").start("kubeyard.local")


@pytest.fixture
def last_token(strict: GatewayProcess) -> KernelClient:
    """Bob's last token as an administrator."""
    return strict.client("bob", "user", "admin", exp=int(time.time()) + LAST_TOKEN_SECONDS)


def closing_code(client: KernelClient, kernel_id: str) -> int:
    """Attach, and read until the gateway closes."""
    with client.connect(kernel_id) as channel:
        while True:
            opcode, frame = channel.socket.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(frame[:2], "big")


def test_an_open_connection_to_anothers_kernel_ends_with_the_last_token(
    strict: GatewayProcess, last_token: KernelClient, adas_own: str
) -> None:
    assert closing_code(last_token, adas_own) == TOKEN_EXPIRED
    # Clocks differ, so a token is taken some seconds longer where nothing stays open by it.
    path = f"/api/kernels/{adas_own}"
    wait_until(lambda: last_token.send("GET", path).status_code == 401, "the last token has ended")


TRIES: dict[str, Callable[[KernelClient, str], int]] = {
    "see": lambda bob, kernel: bob.send("GET", f"/api/kernels/{kernel}").status_code,
    "interrupt": lambda bob, kernel: bob.send("POST", f"/api/kernels/{kernel}/interrupt").status_code,
    "restart": lambda bob, kernel: bob.send("POST", f"/api/kernels/{kernel}/restart").status_code,
    "stop": lambda bob, kernel: bob.send("DELETE", f"/api/kernels/{kernel}").status_code,
}


@pytest.mark.parametrize("what", TRIES)
def test_the_next_token_opens_nothing_of_others(
    strict: GatewayProcess, last_token: KernelClient, adas_own: str, what: str
) -> None:
    assert adas_own in last_token.kernel_ids()
    demoted = strict.client("bob")
    assert TRIES[what](demoted, adas_own) == 404
    assert adas_own not in demoted.kernel_ids()
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        demoted.connect(adas_own)
    assert refused.value.status_code == 404
    assert adas_own in strict.client("ada").kernel_ids()


def test_his_own_kernels_stay_his(strict: GatewayProcess, last_token: KernelClient) -> None:
    own = last_token.start("kubeyard.local")
    wait_until(lambda: last_token.send("GET", "/api/kernels").status_code == 401, "the last token has ended")
    demoted = strict.client("bob")
    assert demoted.kernel_ids() == [own]
    assert demoted.send("DELETE", f"/api/kernels/{own}").status_code == 204
