"""A light kernel: the real launcher's report and control port, and Jupyter's messages; no Python runs."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.session import Session
from kubeyard_kernelspecs.launcher.launch import Launch
from kubeyard_kernelspecs.launcher.listener import Listener
from kubeyard_kernelspecs.launcher.publishing import DELIMITER, MARK_TOPIC
from kubeyard_kernelspecs.launcher.report import send
from kubeyard_kernelspecs.launcher.sealing import Seal

_ADDRESS = "127.0.0.1"
_KINDS = {"shell": zmq.ROUTER, "control": zmq.ROUTER, "stdin": zmq.ROUTER, "iopub": zmq.PUB}
_INFO = {"status": "ok", "protocol_version": "5.3", "implementation": "light", "implementation_version": "1"}
_MARKS = {name: time.time() for name in ("python", "spark")}
_TIMES = {"marks": _MARKS, "settled": True, "warmth": "cold", "error": ""}


class LightKernel:
    """Answers every cell with an empty reply; it keeps no output, since it makes none."""

    def __init__(self, context: zmq.asyncio.Context, launch: Launch, end: Callable[[], None]) -> None:
        """Bind its ports; `end` is called when it is told to shut down."""
        self._launch = launch
        self._end = end
        self._key = secrets.token_hex(16).encode()
        self._session = Session(key=self._key)
        self._loop = asyncio.get_running_loop()
        self._public_key, self._secret_key = zmq.curve_keypair() if launch.curve_key else (b"", b"")
        self._sockets: dict[str, Any] = {name: context.socket(kind) for name, kind in _KINDS.items()}
        self._ports = {f"{name}_port": self._bind(socket) for name, socket in self._sockets.items()}
        self._tasks = [asyncio.create_task(self._serve(name)) for name in ("shell", "control")]
        self._listener = Listener(_ADDRESS, self._key, lambda: None)
        self._listener.seal = Seal(self._key) if launch.curve_key else None
        nothing: dict[str, object] = {"messages": [], "next": 0, "lost": 0, "lost_in": {}}
        self._listener.questions |= {"outputs": lambda _: nothing, "answers": lambda _: nothing}
        self._listener.questions |= {"times": lambda _: _TIMES, "mark": self._mark}
        self._listener.questions |= {"activity": lambda _: {"busy": False, "idle_seconds": 1.0}}
        self._listener.start()

    def report(self) -> None:
        """Tell the gateway where it is, as every kernel does; blocks."""
        connection = {"transport": "tcp", "ip": _ADDRESS, "signature_scheme": "hmac-sha256", "hb_port": 9}
        more = {"key": self._key.decode(), "comm_port": self._listener.port, "pid": 0, "pgid": 0}
        if self._public_key:
            more["curve_key"] = self._public_key.decode()
        send(self._launch, {**connection, **self._ports, **more})

    def _bind(self, socket: Any) -> int:
        if self._secret_key:
            # Who comes is not asked for: the messages are encrypted as any kernel's are.
            socket.curve_server, socket.curve_secretkey = True, self._secret_key
        socket.bind(f"tcp://{_ADDRESS}:0")
        return int(socket.getsockopt(zmq.LAST_ENDPOINT).decode().rpartition(":")[2])

    async def _serve(self, name: str) -> None:
        socket = self._sockets[name]
        while True:
            idents, parts = self._session.feed_identities(await socket.recv_multipart())
            message = self._session.deserialize(parts)
            kind = message["header"]["msg_type"]
            self._publish("status", {"execution_state": "busy"}, message)
            content = _INFO if kind == "kernel_info_request" else {"status": "ok", "execution_count": 1}
            reply = kind.replace("_request", "_reply")
            self._session.send(socket, reply, content, parent=message, ident=idents)
            self._publish("status", {"execution_state": "idle"}, message)
            if kind == "shutdown_request":
                self._end()

    def _publish(self, kind: str, content: dict[str, Any], parent: dict[str, Any]) -> None:
        self._session.send(self._sockets["iopub"], kind, content, parent=parent, ident=kind.encode())

    def _mark(self, request: dict[str, object]) -> object:
        header = {"msg_id": str(request["token"]), "msg_type": "kubeyard_mark"}
        parts = [json.dumps(header), "{}", "{}", json.dumps({"number": 1})]
        frames = [MARK_TOPIC, DELIMITER, b"", *(part.encode() for part in parts)]
        self._loop.call_soon_threadsafe(self._sockets["iopub"].send_multipart, frames)
        return {}
