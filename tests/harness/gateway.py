"""The real gateway as a process of its own, and a client of its kernels."""

import http.client
import json
import os
import shlex
import signal
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import websocket

from harness.free_address import free_address
from harness.issuer import ISSUER, Issuer
from harness.waiting import wait_until

START_SECONDS = 30
CELL_SECONDS = 120


def gateway_python() -> str:
    """The interpreter that has the gateway installed: it lives in an environment of its own."""
    found = os.environ.get("KUBEYARD_TEST_GATEWAY_PYTHON")
    if not found:
        raise AssertionError(
            "KUBEYARD_TEST_GATEWAY_PYTHON is not set; give it the interpreter of an environment that "
            "yarn/gateway is installed in (bash tests/run.sh makes one)"
        )
    return found


Gateways = Callable[..., "GatewayProcess"]


class GatewayProcess:
    """`python -m kubeyard_gateway` with settings of its own."""

    def __init__(self, folder: Path, address: str, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.url = f"http://{address}"
        # The authority that clients know it by, where it serves with TLS.
        self.ca_file: str | None = None
        self.issuer = Issuer(folder / "jwks.json")
        self.environment = {
            "PATH": os.environ["PATH"],
            "KUBEYARD_ISSUER": ISSUER,
            "KUBEYARD_JWKS_FILE": str(folder / "jwks.json"),
            "KUBEYARD_GATEWAY_BIND": address,
            # Tests wait for tokens to end, on one machine with one clock.
            "KUBEYARD_CLOCK_LEEWAY_SECONDS": "2",
            "KUBEYARD_GATEWAY_STATE_DIR": str(folder / "state"),
            **environment,
        }
        self.log = folder / "gateway.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it serves."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                (gateway_python(), "-m", "kubeyard_gateway"),
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._serves, "the gateway serves", START_SECONDS)

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._process is not None
        return self._process.pid

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal and return its exit status."""
        process = self._process
        if process is None or process.poll() is not None:
            return 0
        process.send_signal(signum)
        return process.wait(START_SECONDS)

    def end_kernels(self) -> str:
        """End the kernels that it left in YARN when it was stopped; return what the command says."""
        done = subprocess.run(
            (gateway_python(), "-m", "kubeyard_gateway", "end-kernels"),
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> requests.Response:
        """Ask as somebody who has no token."""
        return requests.request(
            method, self.url + path, headers=headers, verify=self.ca_file, timeout=20, **options
        )

    def client(self, name: str, *roles: str, **claims: Any) -> "KernelClient":
        """A client with a good token of `name`."""
        return self.client_with(self.issuer.token(name, *roles, **claims))

    def client_with(self, token: str) -> "KernelClient":
        """A client with any token."""
        return KernelClient(self.url, token, self.ca_file)

    def _serves(self) -> bool:
        if self._process is not None and (status := self._process.poll()) is not None:
            raise AssertionError(f"the gateway ended with {status}: {self.log.read_text()[-3000:]}")
        try:
            return requests.get(f"{self.url}/healthz", timeout=2, verify=self.ca_file).ok
        except (requests.ConnectionError, requests.Timeout):
            return False


@dataclass
class KernelClient:
    """Speaks the gateway's API as one user."""

    url: str
    token: str
    ca_file: str | None = None
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def send(
        self, method: str, path: str, body: Any = None, timeout_seconds: float = 200
    ) -> requests.Response:
        return requests.request(
            method,
            self.url + path,
            json=body,
            headers=self.headers,
            timeout=timeout_seconds,
            verify=self.ca_file,
        )

    def http(self, timeout_seconds: float = 10) -> http.client.HTTPConnection:
        """A bare connection, for what libraries would put right."""
        place = urlsplit(self.url).netloc
        if self.tls is not None:
            return http.client.HTTPSConnection(place, timeout=timeout_seconds, context=self.tls)
        return http.client.HTTPConnection(place, timeout=timeout_seconds)

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What knows the gateway by its certificate; None where it serves in clear."""
        return ssl.create_default_context(cafile=self.ca_file) if self.ca_file else None

    def start(self, kernelspec: str, environment: Mapping[str, str] | None = None) -> str:
        """Start a kernel and return its id."""
        answer = self.send("POST", "/api/kernels", {"name": kernelspec, "env": dict(environment or {})})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def kernel_ids(self) -> list[str]:
        return [kernel["id"] for kernel in self.send("GET", "/api/kernels").json()]

    def connect(
        self,
        kernel_id: str,
        session_id: str = "",
        timeout_seconds: float = CELL_SECONDS,
        after: Sequence[str] | None = None,
    ) -> "Channel":
        """Open the kernel's WebSocket, as one that has the messages `after` when it comes back.

        `timeout_seconds` is the longest silence; where it is long, what is waited for may take as long.
        """
        session = session_id or uuid.uuid4().hex
        address = self.url.replace("http", "ws", 1)
        had = "" if after is None else "".join(f"&after={ident}" for ident in after or [""])
        return Channel(
            websocket.create_connection(
                f"{address}/api/kernels/{kernel_id}/channels?session_id={session}{had}",
                header=self.headers,
                timeout=timeout_seconds,
                sslopt={"context": self.tls} if self.tls else None,
            ),
            max(timeout_seconds, CELL_SECONDS),
            session,
        )


class Channel:
    """An open WebSocket to a kernel."""

    def __init__(
        self, socket: websocket.WebSocket, cell_seconds: float = CELL_SECONDS, session: str = "test"
    ) -> None:
        """What is waited for may take `cell_seconds`, however much else comes meanwhile."""
        self.socket = socket
        self._cell_seconds = cell_seconds
        self._session = session

    def __enter__(self) -> "Channel":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        # After the other side's close the library keeps the connection open.
        self.socket.shutdown()  # type: ignore[no-untyped-call]  # its only untyped method

    def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.socket.recv())
        return message

    def _messages_until(self, awaited: str) -> Iterator[dict[str, Any]]:
        """Yield what comes; raises AssertionError with what is `awaited` when a cell's time is over."""
        last, deadline = "nothing", time.monotonic() + self._cell_seconds
        with suppress(websocket.WebSocketTimeoutException):
            while time.monotonic() < deadline:
                message = self.receive()
                last = message["msg_type"]
                yield message
        raise AssertionError(f"waited in vain until {awaited}; the last message was {last}")

    def send(self, code: str, metadata: Mapping[str, str] | None = None, *, allow_stdin: bool = False) -> str:
        """Send a cell and return its message's id."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        content |= {"allow_stdin": allow_stdin, "stop_on_error": True}
        return self._send("shell", "execute_request", content, metadata)

    def joined(self) -> "Channel":
        """Return this connection once it passes a kernel's messages on.

        To a local kernel, stock joins some moment after the WebSocket opened, and drops what came before.
        """
        timeout_seconds = self.socket.gettimeout()
        self.socket.settimeout(0.5)
        while True:
            self._send("shell", "kernel_info_request", {})
            try:
                if self.receive()["msg_type"] == "kernel_info_reply":
                    break
            except websocket.WebSocketTimeoutException:
                continue
        self.socket.settimeout(timeout_seconds)
        return self

    def answer(self, text: str) -> None:
        """Answer the kernel's question of input."""
        self._send("stdin", "input_reply", {"value": text})

    def _send(
        self,
        channel: str,
        kind: str,
        content: Mapping[str, Any],
        metadata: Mapping[str, str] | None = None,
    ) -> str:
        ident = uuid.uuid4().hex
        header = {
            "msg_id": ident,
            "username": "",
            "session": self._session,
            "msg_type": kind,
            "version": "5.3",
            "date": "2026-01-01T00:00:00Z",
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": dict(metadata or {}),
            "content": content,
            "channel": channel,
            "buffers": [],
        }
        self.socket.send(json.dumps(message))
        return ident

    def run(self, code: str) -> str:
        """Run a cell and return its output; an error reads `Name: text`."""
        return self.output(self.send(code))

    def output(self, ident: str) -> str:
        """The output of a cell that was sent, once it has ended."""
        out, replied, idle = "", False, False
        for message in self._messages_until(f"the cell {ident} has ended"):
            if message["parent_header"].get("msg_id") != ident:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    out += content["text"]
                case "execute_result":
                    out += content["data"].get("text/plain", "")
                case "error":
                    out += f"{content['ename']}: {content['evalue']}"
                case "execute_reply":
                    replied = True
                case "status":
                    idle |= content["execution_state"] == "idle"
            if replied and idle:
                break
        return out

    def until_printed(self, text: str) -> None:
        """Read until a cell has printed `text`."""
        for message in self._messages_until(f"a cell has printed {text!r}"):
            if text in message["content"].get("text", ""):
                return

    def ask_control(self) -> str:
        """Ask for the kernel's info on its control channel, which answers beside a running cell."""
        return self._send("control", "kernel_info_request", {})

    def until_status(self, state: str, of: str = "") -> None:
        """Read until the kernel's status is `state`, after the message `of` if it is given."""
        for message in self._messages_until(f"the kernel is {state}"):
            is_after = not of or message["parent_header"].get("msg_id") == of
            if (
                is_after
                and message["msg_type"] == "status"
                and message["content"]["execution_state"] == state
            ):
                return


@contextmanager
def gateway_without_hadoop(
    folder: Path, prepare: Callable[[GatewayProcess], None] = lambda _: None, **settings: str
) -> Iterator[GatewayProcess]:
    """The gateway with no kernelspecs yet in `folder`/kernelspecs; a cluster is never in its reach."""
    folders = {name: folder / name for name in ("kernelspecs", "conf", "spark")}
    for each in folders.values():
        each.mkdir()
    environment = {
        "KUBEYARD_GATEWAY_RESPONSE": free_address(),
        "KUBEYARD_KERNELSPECS_DIR": str(folders["kernelspecs"]),
        "KUBEYARD_HADOOP_CONF_DIR": str(folders["conf"]),
        "KUBEYARD_SPARK_HOME": str(folders["spark"]),
        # Port 9 discards: nobody answers there.
        "KUBEYARD_RM_URLS": "http://127.0.0.1:9",
        "KUBEYARD_HTTPFS_URL": "http://127.0.0.1:9",
    }
    gateway = GatewayProcess(folder, free_address(), environment | settings)
    prepare(gateway)
    try:
        gateway.start()
        yield gateway
    finally:
        gateway.stop()


PLAIN = ("-m", "ipykernel_launcher")


def brittle_python(file: Path) -> Path:
    """Write an interpreter whose kernels cannot start again once the file is taken away."""
    file.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    file.chmod(0o755)
    return file


def local_kernelspec(
    folder: Path,
    owner: str,
    name: str,
    *,
    public: bool,
    program: tuple[str, ...] = PLAIN,
    python: str = sys.executable,
) -> str:
    """Write a kernelspec whose kernels are plain processes of the gateway; return its name."""
    target = folder / f"{owner}.{name}"
    target.mkdir(parents=True)
    document = {
        "language": "python",
        "display_name": name,
        "argv": [python, *program, "-f", "{connection_file}"],
        "env": {"OF_THE_KERNELSPEC": "not for clients"},
        "metadata": {"kubeyard": {"owner": owner, "public": public}},
    }
    (target / "kernel.json").write_text(json.dumps(document))
    (target / "logo-64x64.png").write_bytes(b"a picture")
    return target.name
