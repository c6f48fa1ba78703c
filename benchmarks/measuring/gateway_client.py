"""A client of a gateway's kernel interface, the same for ours and for stock."""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
import websocket
from kubeyard_yarn.applications import Application
from kubeyard_yarn.resource_manager import ResourceManager

_LIMIT_SECONDS = 300


class MeasurementError(Exception):
    """A kernel did not do what was to be measured."""


@dataclass(frozen=True)
class Gateway:
    """A gateway, or a Jupyter server in front of one, and how one is known there."""

    name: str
    url: str
    resource_manager: ResourceManager
    headers: dict[str, str] = field(default_factory=dict)

    def start(self, kernelspec: str, environment: dict[str, str] | None = None) -> str:
        """Ask for a kernel and return its id once the gateway says that it is there."""
        wish = {"name": kernelspec, "env": environment or {}}
        return str(self.ask("POST", "kernels", wish).json()["id"])

    def restart(self, kernel_id: str) -> None:
        """Restart a kernel, and return when the gateway says that it has."""
        self.ask("POST", f"kernels/{kernel_id}/restart", {})

    def interrupt(self, kernel_id: str) -> None:
        """Interrupt a kernel."""
        self.ask("POST", f"kernels/{kernel_id}/interrupt", {})

    def stop(self, kernel_id: str) -> None:
        """Stop a kernel."""
        self.ask("DELETE", f"kernels/{kernel_id}")

    def kernels(self) -> list[dict[str, Any]]:
        """The kernels that the gateway lists."""
        found: list[dict[str, Any]] = self.ask("GET", "kernels").json()
        return found

    def connect(self, kernel_id: str, session: str = "", after: Sequence[str] | None = None) -> "Connection":
        """Open its WebSocket, as one that has the messages `after` when it comes back."""
        had = "" if after is None else "".join(f"&after={ident}" for ident in after or [""])
        address = f"ws://{urlsplit(self.url).netloc}/api/kernels/{kernel_id}/channels"
        query = f"?session_id={session or uuid.uuid4().hex}{had}"
        opened = websocket.create_connection(address + query, timeout=_LIMIT_SECONDS, header=self.headers)
        return Connection(opened)

    def application_of(self, kernel_id: str) -> Application:
        """The kernel's newest application: ours says so itself, stock by the application's name."""
        model = self.ask("GET", f"kernels/{kernel_id}").json()
        if ours := model.get("kubeyard", {}).get("application_id"):
            return self.resource_manager.application(ours)
        found = [one for one in self.resource_manager.applications() if kernel_id in one.name]
        if not found:
            raise MeasurementError(f"{self.name}: kernel {kernel_id} has no application")
        return max(found, key=lambda application: application.id)

    def ask(self, method: str, path: str, json_body: object = None) -> requests.Response:
        """Send a request below `/api/`; raises MeasurementError where it is refused."""
        url = f"{self.url}/api/{path}"
        answer = requests.request(method, url, json=json_body, headers=self.headers, timeout=_LIMIT_SECONDS)
        if not answer.ok:
            raise MeasurementError(
                f"{self.name}: {method} {path} answered {answer.status_code}: {answer.text[:400]}"
            )
        return answer


class Connection:
    """A kernel's WebSocket, in the plain JSON form that every gateway understands."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket = socket

    def close(self) -> None:
        """Disconnect."""
        self._socket.close()

    @property
    def file(self) -> int:
        """The number of its socket, to be selected on."""
        opened = self._socket.sock
        if opened is None:
            raise MeasurementError("the connection is closed")
        return opened.fileno()

    def attend(self) -> bool:
        """Read one frame that has come, and answer it if it is a ping; False once the gateway has closed."""
        try:
            opcode, _ = self._socket.recv_data(control_frame=True)
        except (websocket.WebSocketException, OSError):
            return False
        return bool(opcode != websocket.ABNF.OPCODE_CLOSE)

    def run(self, code: str) -> str:
        """Run a cell until both its reply and its idle have come; return what it printed."""
        cell = Cell(self.send(code))
        while not cell.has_ended:
            cell.take(self.receive())
        if cell.error:
            raise MeasurementError(f"{code}: {cell.error}")
        return cell.output

    def receive(self, within_seconds: float = _LIMIT_SECONDS) -> dict[str, Any]:
        """The next message; raises TimeoutError when none comes."""
        deadline = time.monotonic() + within_seconds
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                # The gateway's pings are told too: they must not begin the limit anew.
                opcode, content = self._socket.recv_data(control_frame=True)
            except websocket.WebSocketTimeoutException:
                break
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                raise MeasurementError("the gateway closed the connection")
            if opcode == websocket.ABNF.OPCODE_TEXT:
                message: dict[str, Any] = json.loads(content)
                return message
        raise TimeoutError("the kernel is silent")

    def round_trips(self, count: int) -> list[float]:
        """The seconds of a trivial cell, again and again."""
        took = []
        for _ in range(count):
            began = time.perf_counter()
            self.run("1+1")
            took.append(time.perf_counter() - began)
        return took

    def send(self, code: str) -> str:
        """Send a cell and return its id, without waiting for it."""
        identity = uuid.uuid4().hex
        header = {
            "msg_id": identity,
            "username": "benchmark",
            "session": uuid.uuid4().hex,
            "msg_type": "execute_request",
            "version": "5.3",
            "date": "2026-01-01T00:00:00Z",
        }
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }
        self._socket.send(json.dumps(message))
        return identity


@dataclass
class Cell:
    """What has come back of one cell."""

    identity: str
    output: str = ""
    error: str = ""
    # Of the messages that came, of this cell or another, the newest last.
    received: list[str] = field(default_factory=list)
    _missing: set[str] = field(default_factory=lambda: {"execute_reply", "idle"})

    @property
    def has_ended(self) -> bool:
        """Whether its reply and its idle have both come."""
        return not self._missing

    def take(self, message: dict[str, Any]) -> None:
        """Take a message of the kernel, which may be another cell's."""
        self.received.append(message["header"]["msg_id"])
        if message["content"].get("execution_state") == "dead":
            raise MeasurementError("the kernel died")
        if message["parent_header"].get("msg_id") != self.identity:
            return
        kind, content = message["msg_type"], message["content"]
        if kind == "error":
            self.error = f"{content['ename']}: {content['evalue'][:300]}"
        self.output += content.get("text", "") if kind == "stream" else ""
        self.output += content["data"].get("text/plain", "") if kind == "execute_result" else ""
        self._missing -= {kind, content.get("execution_state", "")}
