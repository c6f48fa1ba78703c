"""A notebook's WebSocket to its kernel, speaking the protocol that JupyterLab speaks."""

import itertools
import json
import struct
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import websocket

from kubeyard_local.tour.itinerary import UnexpectedError

PROTOCOL = "v1.kernel.websocket.jupyter.org"
_MESSAGE_PARTS = 4  # header, parent, metadata, content; what follows are buffers
Json = dict[str, object]


@dataclass(frozen=True)
class Message:
    """One message of the kernel."""

    kind: str
    parent: str
    content: Json


class KernelChannel:
    """The open WebSocket of one notebook."""

    def __init__(self, url: str, headers: dict[str, str], origin: str) -> None:
        self._session = uuid.uuid4().hex
        self._socket = websocket.create_connection(
            f"{url}?session_id={self._session}",
            timeout=30,
            header=headers,
            origin=origin,
            subprotocols=[PROTOCOL],
            http_no_proxy=["127.0.0.1"],
        )
        if self._socket.getsubprotocol() != PROTOCOL:
            self._socket.close()
            raise UnexpectedError(f"the Lab does not speak {PROTOCOL}")

    def close(self) -> None:
        """Close the notebook; the kernel goes on."""
        self._socket.close()

    def until_ready(self, timeout_seconds: float) -> None:
        """Wait until the kernel answers, as a notebook does before its first cell."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            self._send("kernel_info_request", {})
            try:
                self._until(lambda it: it.kind == "kernel_info_reply", 5, lambda _: None)
            except websocket.WebSocketTimeoutException:
                if time.monotonic() > deadline:
                    raise UnexpectedError(f"the kernel did not answer within {timeout_seconds:g} s") from None
            else:
                return

    def run(self, code: str, timeout_seconds: float, on_output: Callable[[str], None]) -> str:
        """Run a cell and return its output; an error in it raises UnexpectedError with its last line."""
        asked = self._send(
            "execute_request",
            {
                "code": code,
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": True,
            },
        )
        output: list[str] = []
        missing = {"execute_reply", "idle"}

        def take(message: Message) -> bool:
            if message.parent != asked:
                return False
            if text := _output_of(message):
                output.append(text)
                on_output(text)
            missing.discard(message.kind)
            missing.discard(str(message.content.get("execution_state", "")))
            return not missing

        try:
            self._until(take, timeout_seconds, _raise_if_dead)
        except websocket.WebSocketTimeoutException:
            raise UnexpectedError(f"the cell was not done within {timeout_seconds:g} s") from None
        return "".join(output)

    def hears_of_death(self, wait_seconds: float) -> bool:
        """Whether the Lab says within that time that the kernel is dead, or closes the socket over it."""
        try:
            self._until(lambda it: it.content.get("execution_state") == "dead", wait_seconds, lambda _: None)
        except websocket.WebSocketTimeoutException:
            return False
        except (websocket.WebSocketConnectionClosedException, ConnectionError):
            return True
        return True

    def _send(self, kind: str, content: Json) -> str:
        identity = uuid.uuid4().hex
        header = {
            "msg_id": identity,
            "username": "",
            "session": self._session,
            "msg_type": kind,
            "version": "5.3",
            "date": "2026-01-01T00:00:00.000Z",
        }
        parts = [b"shell", *(json.dumps(part).encode() for part in (header, {}, {}, content))]
        self._socket.send_binary(_packed(parts))
        return identity

    def _until(
        self, is_it: Callable[[Message], bool], seconds: float, check: Callable[[Message], None]
    ) -> None:
        deadline = time.monotonic() + seconds
        while True:
            # A timeout of 0 would make the socket non-blocking.
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            frame = self._socket.recv()
            if not frame:
                raise websocket.WebSocketConnectionClosedException("the Lab closed the notebook's connection")
            message = _unpacked(frame if isinstance(frame, bytes) else frame.encode())
            if is_it(message):
                return
            check(message)


def _raise_if_dead(message: Message) -> None:
    if message.content.get("execution_state") == "dead":
        raise UnexpectedError("the kernel died while the cell ran")


def _output_of(message: Message) -> str:
    content = message.content
    match message.kind:
        case "stream":
            return str(content.get("text", ""))
        case "execute_result" | "display_data":
            data = content.get("data")
            return f"{data.get('text/plain', '')}\n" if isinstance(data, dict) else ""
        case "error":
            raise UnexpectedError(f"the cell failed: {content.get('ename')}: {content.get('evalue')}")
    return ""


def _packed(parts: list[bytes]) -> bytes:
    """The parts behind a table of their offsets, all little-endian 64-bit."""
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


def _unpacked(frame: bytes) -> Message:
    (count,) = struct.unpack_from("<Q", frame)
    offsets = struct.unpack_from(f"<{count}Q", frame, 8)
    parts = [frame[begin:end] for begin, end in itertools.pairwise(offsets)]
    header, parent, _, content = (json.loads(part) for part in parts[1 : 1 + _MESSAGE_PARTS])
    return Message(header["msg_type"], parent.get("msg_id", ""), content)
