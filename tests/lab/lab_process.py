"""A user's Lab as a process of its own, and a notebook's side of a kernel's WebSocket."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
import websocket
from harness.gateway import Channel, KernelClient
from harness.waiting import wait_until
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1

CONFIGURATION = Path(__file__).resolve().parents[2] / "kubernetes" / "lab" / "data" / "etc" / "jupyter"
V1 = "v1.kernel.websocket.jupyter.org"
START_SECONDS = 40


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class LabProcess:
    """Jupyter's server with the Lab's configuration, before a gateway, without a Hub."""

    def __init__(
        self, folder: Path, gateway_url: str, token_url: str, hub_token: str, gateway_ca: str | None = None
    ) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.log = folder / "lab.log"
        self.url = f"http://127.0.0.1:{free_port()}"
        self._token = secrets.token_hex(16)
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "JUPYTER_CONFIG_PATH": str(CONFIGURATION),
            "JUPYTER_PATH": str(CONFIGURATION.parents[1] / "share" / "jupyter"),
            "JUPYTER_TOKEN": self._token,
            "JUPYTERHUB_API_TOKEN": hub_token,
            "JUPYTER_GATEWAY_URL": gateway_url,
            "JUPYTER_GATEWAY_AUTH_SCHEME": "Bearer",
            "JUPYTER_GATEWAY_TOKEN_RENEWER_CLASS": "kubeyard_lab.renewer.GatewayTokenRenewer",
            "JUPYTER_GATEWAY_CONNECT_TIMEOUT": "5",
            "JUPYTER_GATEWAY_REQUEST_TIMEOUT": "60",
            "KUBEYARD_TOKEN_URL": token_url,
        }
        if gateway_ca:
            self._environment["JUPYTER_GATEWAY_CA_CERTS"] = gateway_ca
        self._process: subprocess.Popen[bytes] | None = None

    def without_our_configuration(self) -> None:
        """Start again as Jupyter alone is: no configuration is read, wherever it is installed."""
        self.stop()
        self._environment["JUPYTER_NO_CONFIG"] = "1"
        self.start()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it serves."""
        command = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser"]
        command += [f"--ServerApp.root_dir={self.home}", f"--ServerApp.port={self.url.rpartition(':')[2]}"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=self._environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._serves, "the Lab serves", START_SECONDS)

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal and return its exit status."""
        assert self._process is not None
        self._process.send_signal(signum)
        return self.wait()

    def wait(self) -> int:
        """Wait until it has ended, and return its exit status."""
        assert self._process is not None
        return self._process.wait(20)

    def kill(self) -> None:
        """End it however it is, if it has not ended."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(20)

    @property
    def headers(self) -> dict[str, str]:
        """What a page of this Lab proves itself with."""
        return {"Authorization": f"token {self._token}"}

    @property
    def page_url(self) -> str:
        """Where a browser opens JupyterLab without logging in."""
        return f"{self.url}/lab?token={self._token}"

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Ask the Lab, as its browser does."""
        return requests.request(method, self.url + path, json=body, headers=self.headers, timeout=70)

    def open_notebook(self, path: str, kernel: str) -> dict[str, Any]:
        """Start a kernel for a notebook, and return Jupyter's session of the two."""
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": kernel}}
        answer = self.send("POST", "/api/sessions", body)
        assert answer.status_code == 201, answer.text
        session: dict[str, Any] = answer.json()
        return session

    def connect(self, kernel_id: str, session_id: str = "") -> "Notebook":
        """Open a kernel's WebSocket by the protocol that JupyterLab prefers."""
        address = self.url.replace("http", "ws", 1)
        session = session_id or uuid.uuid4().hex
        return Notebook(
            websocket.create_connection(
                f"{address}/api/kernels/{kernel_id}/channels?session_id={session}",
                header=self.headers,
                subprotocols=[V1],
                timeout=40,
            )
        )

    def connect_by_json(self, kernel_id: str) -> Channel:
        """Open a kernel's WebSocket by Jupyter's older protocol, as Jupyter alone does before a gateway."""
        return KernelClient(self.url, self._token).connect(kernel_id)

    def _serves(self) -> bool:
        assert self._process is not None
        if (status := self._process.poll()) is not None:
            raise AssertionError(f"the Lab ended with {status}: {self.log.read_text()[-3000:]}")
        try:
            return self.send("GET", "/api").ok
        except requests.ConnectionError:
            return False


class Notebook:
    """The browser's end of a kernel's WebSocket."""

    def __init__(self, connection: websocket.WebSocket) -> None:
        self.socket = connection
        self.protocol = connection.subprotocol
        # Of all messages that belonged to a cell, as they came.
        self.message_ids: list[str] = []
        # The message that each message answers, and its kind, of all that came.
        self.answered: set[tuple[str, str]] = set()

    def __enter__(self) -> "Notebook":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close(timeout=1)
        # A socket that the Lab closed first is left open by the line above.
        self.socket.shutdown()  # type: ignore[no-untyped-call]

    def send(self, code: str) -> str:
        """Send a cell, without waiting; returns its message's id."""
        ident = uuid.uuid4().hex
        header = {"msg_id": ident, "msg_type": "execute_request", "session": "test", "username": ""}
        header |= {"version": "5.3", "date": "2026-01-01T00:00:00Z"}
        content: Mapping[str, Any] = {
            "code": code,
            "silent": False,
            "store_history": True,
            "allow_stdin": False,
        }
        parts = [json.dumps(part).encode() for part in (header, {}, {}, content)]
        self.socket.send_binary(serialize_msg_to_ws_v1(parts, "shell"))  # type: ignore[no-untyped-call]
        return ident

    def printed(self, ident: str, until: str = "") -> str:
        """What the cell printed, once the kernel is idle again, or once it printed what is waited for."""
        text = ""
        while True:
            header, parent, content = self._noted(self.socket.recv())
            if parent.get("msg_id") != ident:
                continue
            self.message_ids.append(header["msg_id"])
            if header["msg_type"] == "stream":
                text += content["text"]
            if header["msg_type"] == "error":
                text += f"{content['ename']}: {content['evalue']}"
            if header["msg_type"] == "status" and content["execution_state"] == "idle":
                return text
            if until and until in text:
                return text

    def run(self, code: str) -> str:
        """Run a cell and return what it printed."""
        return self.printed(self.send(code))

    def confirm(self, ident: str, kind: str = "execute_reply") -> None:
        """Read until the Lab has asked, behind a cell's last message or one of another kind, and say so."""
        while True:
            opcode, frame = self.socket.recv_data_frame(control_frame=True)
            if opcode == websocket.ABNF.OPCODE_BINARY:
                self._noted(frame.data)
            elif opcode == websocket.ABNF.OPCODE_PING and (ident, kind) in self.answered:
                return

    def _noted(self, message: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """The header, the parent's header and the content of a message that came."""
        _, parts = deserialize_msg_from_ws_v1(message)  # type: ignore[no-untyped-call]
        header, parent, _, content = (json.loads(part) for part in parts[:4])
        self.answered.add((parent.get("msg_id", ""), header["msg_type"]))
        return header, parent, content

    def closing_code(self) -> int:
        """Read until the Lab closes, and return the code it gives."""
        while True:
            opcode, frame = self.socket.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(frame[:2], "big")
