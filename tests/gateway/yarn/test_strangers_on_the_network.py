"""Somebody on the kernels' network who is not their gateway: what he can hear of a kernel and run in it."""

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zmq
from harness.gateway import Gateways
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from jupyter_client.session import Session
from zmq.utils.monitor import recv_monitor_message

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]
CLEAR = {"KUBEYARD_GATEWAY_KERNEL_ENCRYPTION": "none"}
KINDS = {"iopub": zmq.SUB, "shell": zmq.DEALER, "control": zmq.DEALER, "stdin": zmq.DEALER}
WITHIN_MS = 20_000
# How a connection may end up: of use, or refused.
OUTCOMES = {
    int(zmq.EVENT_HANDSHAKE_SUCCEEDED): True,
    int(zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL): False,
    int(zmq.EVENT_HANDSHAKE_FAILED_AUTH): False,
    int(zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL): False,
}


@dataclass
class Stranger:
    """His own sockets at the ports of another's kernel."""

    sockets: dict[str, zmq.Socket[bytes]]
    let_in: dict[str, bool]
    right_key: bytes

    def send(self, channel: str, kind: str, content: dict[str, Any], *, rightly_signed: bool) -> None:
        """Send a request, signed as the kernel wants it or by a key of his own."""
        session = Session(key=self.right_key if rightly_signed else b"a key of his own")
        # Who was refused has no way left.
        with suppress(zmq.Again):
            session.send(self.sockets[channel], kind, content)

    def answer(self, channel: str) -> bool:
        """Whether the kernel answers there in time."""
        return bool(self.sockets[channel].poll(WITHIN_MS))

    def heard(self, within_ms: int) -> bytes:
        """All that comes by on the kernel's output port, until it is silent for so long."""
        found = b""
        while self.sockets["iopub"].poll(within_ms):
            found += b"".join(self.sockets["iopub"].recv_multipart())
        return found


def told_of(folder: Path, kernel_id: str) -> dict[str, Any]:
    """What the gateway knows of the kernel."""
    record: dict[str, Any] = json.loads((folder / f"state/kernel_sessions/{kernel_id}.json").read_text())
    known: dict[str, Any] = record[kernel_id]
    return known


@contextmanager
def stranger_at(told: dict[str, Any], kernels_public_key: bytes = b"") -> Iterator[Stranger]:
    """Connect to each port; where he knows the kernel's public key, with keys of his own."""
    place = told["connection_info"]
    with zmq.Context() as context, ExitStack() as stack:
        sockets, let_in = {}, {}
        for name, kind in KINDS.items():
            sockets[name] = socket = stack.enter_context(context.socket(kind))
            socket.linger = socket.sndtimeo = 0
            if kind == zmq.SUB:
                socket.subscribe(b"")
            if kernels_public_key:
                socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
                socket.curve_serverkey = kernels_public_key
            with socket.get_monitor_socket() as events:
                socket.connect(f"tcp://{place['ip']}:{place[f'{name}_port']}")
                let_in[name] = outcome(events)
                socket.disable_monitor()
        yield Stranger(sockets, let_in, place["key"].encode())


def outcome(events: zmq.Socket[bytes]) -> bool:
    """Whether the other side has let the socket in."""
    while events.poll(WITHIN_MS):
        if (event := int(recv_monitor_message(events)["event"])) in OUTCOMES:
            return OUTCOMES[event]
    raise AssertionError("the kernel has neither let him in nor refused him")


def touching(file: Path) -> dict[str, Any]:
    code = f"__import__('pathlib').Path({str(file)!r}).touch()"
    return {"code": code, "silent": True, "store_history": False, "allow_stdin": False}


def test_with_encryption_switched_off_he_hears_what_is_printed_and_runs_nothing(
    yarn: YarnGateway, start_own: Gateways, steps: Path
) -> None:
    gateway = start_own(**CLEAR)
    ada, word = gateway.client("ada"), uuid.uuid4().hex
    kernel_id, output = ada.start(yarn.spec.name), word[::-1]
    with ada.connect(kernel_id) as channel, stranger_at(told_of(gateway.folder, kernel_id)) as stranger:
        assert set(stranger.let_in.values()) == {True}

        def is_heard() -> bool:
            """His subscription may reach the kernel after a first cell."""
            channel.run(f"print({word!r}[::-1])")
            return output.encode() in stranger.heard(200)

        wait_until(is_heard, "he hears what a cell prints")
        for name in ("shell", "control"):
            forged, signed = steps / f"forged-{name}", steps / f"signed-{name}"
            # What is signed comes after what is not, on the same connection, and shows that both arrived.
            stranger.send(name, "execute_request", touching(forged), rightly_signed=False)
            stranger.send(name, "shutdown_request", {"restart": False}, rightly_signed=False)
            stranger.send(name, "execute_request", touching(signed), rightly_signed=True)
            assert stranger.answer(name)
            assert (signed.exists(), forged.exists()) == (True, False)
        cell = channel.send("print(input('who? '))", allow_stdin=True)
        while channel.receive()["msg_type"] != "input_request":
            pass
        stranger.send("stdin", "input_reply", {"value": "forged"}, rightly_signed=False)
        stranger.send("stdin", "input_reply", {"value": "signed"}, rightly_signed=True)
        assert channel.output(cell) == "signed\n"
        assert channel.run("6 * 7") == "42"


@pytest.mark.parametrize("knows_the_public_key", [False, True])
def test_no_port_lets_him_in_even_if_he_knew_the_signing_key(
    yarn: YarnGateway, start_own: Gateways, steps: Path, knows_the_public_key: bool
) -> None:
    gateway = start_own()
    ada, word = gateway.client("ada"), uuid.uuid4().hex
    kernel_id = ada.start(yarn.spec.name)
    told = told_of(gateway.folder, kernel_id)
    public_key = told["process_info"]["curve"]["kernel"] if knows_the_public_key else ""
    with stranger_at(told, public_key.encode()) as stranger, ada.connect(kernel_id) as channel:
        assert set(stranger.let_in.values()) == {False}
        for name in ("shell", "control"):
            stranger.send(name, "execute_request", touching(steps / name), rightly_signed=True)
        assert channel.run(f"print({word!r})") == f"{word}\n"
        assert stranger.heard(500) == b""
        assert list(steps.iterdir()) == []
