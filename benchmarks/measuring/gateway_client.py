"""A client of a gateway's kernel interface, the same for ours and for stock."""

import json
import time
import uuid
from dataclasses import dataclass, field
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
    """A gateway, and how one is known there."""

    name: str
    url: str
    resource_manager: ResourceManager
    headers: dict[str, str] = field(default_factory=dict)

    def start(self, kernelspec: str, environment: dict[str, str]) -> str:
        """Ask for a kernel and return its id once the gateway says that it is there."""
        wish = {"name": kernelspec, "env": environment}
        return str(self._ask("POST", "", json_body=wish).json()["id"])

    def restart(self, kernel_id: str) -> None:
        """Restart a kernel, and return when the gateway says that it has."""
        self._ask("POST", f"/{kernel_id}/restart", json_body={})

    def stop(self, kernel_id: str) -> None:
        """Stop a kernel."""
        self._ask("DELETE", f"/{kernel_id}")

    def connect(self, kernel_id: str) -> "Connection":
        """Open its WebSocket."""
        host = urlsplit(self.url).netloc
        address = f"ws://{host}/api/kernels/{kernel_id}/channels?session_id={uuid.uuid4().hex}"
        return Connection(websocket.create_connection(address, timeout=_LIMIT_SECONDS, header=self.headers))

    def application_of(self, kernel_id: str) -> Application:
        """The kernel's newest application: ours says so by a tag, stock by the application's name."""
        found = [
            application
            for application in self.resource_manager.applications()
            if kernel_id in application.name or application.tagged("kernel") == kernel_id
        ]
        if not found:
            raise MeasurementError(f"{self.name}: kernel {kernel_id} has no application")
        return max(found, key=lambda application: application.id)

    def _ask(self, method: str, path: str, json_body: object = None) -> requests.Response:
        url = f"{self.url}/api/kernels{path}"
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

    def run(self, code: str) -> str:
        """Run a cell until both its reply and its idle have come; return what it printed."""
        identity = self._send(code)
        output, missing = "", {"execute_reply", "idle"}
        while missing:
            message = json.loads(self._socket.recv())
            if message["parent_header"].get("msg_id") != identity:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "error":
                raise MeasurementError(f"{code}: {content['ename']}: {content['evalue'][:300]}")
            output += content.get("text", "") if kind == "stream" else ""
            output += content["data"].get("text/plain", "") if kind == "execute_result" else ""
            missing -= {kind, content.get("execution_state", "")}
        return output

    def round_trips(self, count: int) -> list[float]:
        """The seconds of a trivial cell, again and again."""
        took = []
        for _ in range(count):
            began = time.perf_counter()
            self.run("1+1")
            took.append(time.perf_counter() - began)
        return took

    def _send(self, code: str) -> str:
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
