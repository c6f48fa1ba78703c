"""Somebody who was an administrator, and whose tokens say so no longer."""

import itertools
import signal
import time
from collections.abc import Callable, Iterator

import pytest
import websocket
from harness.gateway import Channel, GatewayProcess, Gateways, KernelClient
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
TOKEN_EXPIRED = 4401
LAST_TOKEN_SECONDS = 4
# Tokens name the second in which they were made; each here is newer than the one before.
SECONDS = itertools.count(int(time.time()) - 250)


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
    return strict.client("bob", "user", "admin", iat=next(SECONDS), exp=int(time.time()) + LAST_TOKEN_SECONDS)


@pytest.fixture
def long_token(strict: GatewayProcess) -> KernelClient:
    """The same, good for minutes."""
    return strict.client("bob", "user", "admin", iat=next(SECONDS))


def demoted(strict: GatewayProcess) -> KernelClient:
    """Bob with a token that says no more than that he is a user."""
    return strict.client("bob", iat=next(SECONDS))


def until_closed(channel: Channel) -> int:
    """Read until the gateway closes, and return its code."""
    while True:
        opcode, frame = channel.socket.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return int.from_bytes(frame[:2], "big")


def test_an_open_connection_to_anothers_kernel_ends_with_the_last_token(
    strict: GatewayProcess, last_token: KernelClient, adas_own: str
) -> None:
    with last_token.connect(adas_own) as channel:
        assert until_closed(channel) == TOKEN_EXPIRED
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
    bob = demoted(strict)
    assert TRIES[what](bob, adas_own) == 404
    refuses(bob, adas_own)
    assert adas_own in strict.client("ada").kernel_ids()


def refuses(bob: KernelClient, kernel_id: str) -> None:
    assert kernel_id not in bob.kernel_ids()
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        bob.connect(kernel_id)
    assert refused.value.status_code == 404


@pytest.mark.parametrize("what", TRIES)
def test_a_token_from_before_opens_nothing_of_others_once_a_newer_one_came(
    strict: GatewayProcess, long_token: KernelClient, adas_own: str, what: str
) -> None:
    assert adas_own in long_token.kernel_ids()
    demoted(strict).kernel_ids()
    assert TRIES[what](long_token, adas_own) == 404
    refuses(long_token, adas_own)


@pytest.fixture
def bobs_own(strict: GatewayProcess) -> Iterator[str]:
    bob = strict.client("bob", iat=next(SECONDS))
    kernel_id = bob.start("kubeyard.local")
    yield kernel_id
    assert (
        strict.client("carol", "user", "admin").send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    )


def test_a_newer_token_ends_open_connections_to_others_kernels_alone(
    strict: GatewayProcess, bobs_own: str, long_token: KernelClient, adas_own: str
) -> None:
    with long_token.connect(adas_own) as others, long_token.connect(bobs_own) as own:
        assert own.run("40 + 2") == others.run("40 + 2") == "42"
        demoted(strict).kernel_ids()
        assert until_closed(others) == TOKEN_EXPIRED
        assert own.run("40 + 3") == "43"


def test_a_newer_token_gives_rights_and_an_older_one_takes_none(
    strict: GatewayProcess, adas_own: str
) -> None:
    before = demoted(strict)
    assert adas_own not in before.kernel_ids()
    promoted = strict.client("bob", "user", "admin", iat=next(SECONDS))
    assert adas_own in promoted.kernel_ids()
    assert adas_own not in before.kernel_ids()
    assert adas_own in promoted.kernel_ids()


def test_his_own_kernels_stay_his(strict: GatewayProcess, last_token: KernelClient) -> None:
    own = last_token.start("kubeyard.local")
    wait_until(lambda: last_token.send("GET", "/api/kernels").status_code == 401, "the last token has ended")
    bob = demoted(strict)
    assert bob.kernel_ids() == [own]
    assert bob.send("DELETE", f"/api/kernels/{own}").status_code == 204


def test_a_restart_of_the_gateway_gives_an_old_token_no_role_back(start_gateway: Gateways) -> None:
    gateway = start_gateway()
    before = gateway.client("bob", "user", "admin", iat=next(SECONDS))
    promoted = gateway.client("carol", "user", "admin", iat=next(SECONDS))
    for client in (before, promoted, demoted(gateway)):
        client.kernel_ids()
    gateway.stop(signal.SIGKILL)
    gateway.start()
    adas_own = gateway.client("ada").start("kubeyard.local")
    refuses(before, adas_own)
    assert adas_own in promoted.kernel_ids()


def test_a_token_of_between_two_gives_no_role_back_after_a_restart(start_gateway: Gateways) -> None:
    gateway = start_gateway()
    demoted(gateway).kernel_ids()
    between = gateway.client("bob", "user", "admin", iat=next(SECONDS))
    demoted(gateway).kernel_ids()
    gateway.stop(signal.SIGKILL)
    gateway.start()
    adas_own = gateway.client("ada").start("kubeyard.local")
    refuses(between, adas_own)


def test_a_damaged_record_of_roles_stops_no_gateway(start_gateway: Gateways) -> None:
    gateway = start_gateway()
    bob = gateway.client("bob", "user", "admin", iat=next(SECONDS))
    assert bob.kernel_ids() == []
    gateway.stop()
    (gateway.folder / "state" / "roles.json").write_text('{"bob": "half')
    gateway.start()
    adas_own = gateway.client("ada").start("kubeyard.local")
    assert adas_own in bob.kernel_ids()
    refuses(demoted(gateway), adas_own)
