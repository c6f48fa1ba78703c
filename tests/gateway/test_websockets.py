"""WebSockets: they end with their token, and a client's first connection never hangs."""

import base64
import os
import socket
import struct
import time
import uuid
from urllib.parse import urlsplit

import pytest
import websocket
from harness.gateway import GatewayProcess, Gateways, KernelClient, local_kernelspec
from harness.tcp_sockets import undelayed

pytestmark = pytest.mark.slow

SLOW_TO_ANSWER = (
    "-c",
    "import time; time.sleep(4); from ipykernel import kernelapp; kernelapp.launch_new_instance()",
)


@pytest.fixture(scope="module")
def strict(start_gateway: Gateways) -> GatewayProcess:
    """A gateway that closes a WebSocket the moment its token ends."""
    return start_gateway(KUBEYARD_GATEWAY_WEBSOCKET_GRACE_SECONDS="0")


def until_closed(client: KernelClient, kernel_id: str, session_id: str) -> int:
    """Connect, wait for the other side to close, and return its code."""
    with client.connect(kernel_id, session_id) as channel:
        while True:
            opcode, content = channel.socket.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return int(struct.unpack("!H", content[:2])[0])


def test_a_websocket_ends_with_its_token(strict: GatewayProcess) -> None:
    kernel_id = strict.client("ada").start("kubeyard.local")
    begin = time.time()
    short = strict.client("ada", exp=int(begin) + 3)
    assert until_closed(short, kernel_id, uuid.uuid4().hex) == 4401
    assert 1 < time.time() - begin < 6


def test_output_made_while_disconnected_arrives_with_the_next_token(strict: GatewayProcess) -> None:
    kernel_id, session_id = strict.client("ada").start("kubeyard.local"), uuid.uuid4().hex
    short = strict.client("ada", exp=int(time.time()) + 3)
    with short.connect(kernel_id, session_id) as channel:
        cell = channel.send("import time\nfor i in range(12): print(f'n{i}.', flush=True); time.sleep(0.5)")
        seen = ""
        while True:
            opcode, content = channel.socket.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                break
            seen += content.decode()
    with strict.client("ada").connect(kernel_id, session_id) as channel:
        seen += channel.output(cell)
    assert [i for i in range(12) if f"n{i}." not in seen] == []


def test_a_token_that_was_renewed_keeps_its_new_websocket(strict: GatewayProcess) -> None:
    kernel_id = strict.client("ada").start("kubeyard.local")
    with strict.client("ada").connect(kernel_id) as channel:
        assert channel.run("1 + 1") == "2"


def begin_handshake(client: KernelClient, kernel_id: str, session_id: str) -> socket.socket:
    """Ask for a WebSocket, as a browser does, and do not wait for the answer."""
    host, port = urlsplit(client.url).netloc.split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    if client.tls is not None:
        connection = client.tls.wrap_socket(connection, server_hostname=host)
    lines = [
        f"GET /api/kernels/{kernel_id}/channels?session_id={session_id} HTTP/1.1",
        f"Host: {host}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Authorization: {client.headers['Authorization']}",
    ]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    return connection


def test_a_connection_still_shaking_hands_does_not_hold_up_the_next(gateway: GatewayProcess) -> None:
    folder = gateway.folder / "kernelspecs"
    slow = local_kernelspec(folder, "ada", "slow", public=False, program=SLOW_TO_ANSWER)
    ada, session_id = gateway.client("ada"), uuid.uuid4().hex
    try:
        kernel_id = ada.start(slow)
        with (
            begin_handshake(ada, kernel_id, session_id),
            ada.connect(kernel_id, session_id, timeout_seconds=25) as channel,
        ):
            assert channel.run("40 + 2") == "42"
    finally:
        (folder / slow / "kernel.json").unlink()


def test_a_large_message_of_the_client_arrives(ada: KernelClient, adas_kernel: str) -> None:
    with ada.connect(adas_kernel) as channel:
        cell = channel.send("40 + 2", metadata={"padding": "x" * (12 << 20)})
        assert channel.output(cell) == "42"


def test_a_kernels_small_messages_are_sent_at_once(
    gateway: GatewayProcess, ada: KernelClient, adas_kernel: str
) -> None:
    port = urlsplit(gateway.url).port or 0
    with ada.connect(adas_kernel) as channel:
        assert channel.run("1 + 1") == "2"
        assert channel.socket.sock is not None
        own = channel.socket.sock.getsockname()[1]
        # Otherwise each waits for the acknowledgement of the one before, 40 ms.
        assert undelayed(gateway.pid, local_port=port, remote_port=own) == [True]
