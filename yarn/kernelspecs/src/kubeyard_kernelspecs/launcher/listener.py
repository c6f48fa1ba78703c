"""The kernel's control port for the gateway: signals and the end, from nobody but the gateway."""

import contextlib
import hmac
import json
import os
import signal
import socket
import threading
from collections.abc import Callable

from .sealing import Seal

LONGEST_REQUEST = 4096
Question = Callable[[dict[str, object]], object]
TIMEOUT_SECONDS = 5
ALLOWED = {signal.SIGINT, signal.SIGTERM, signal.SIGKILL}


class Listener:
    """Takes requests signed with the kernel's own key; each may be used once, in order."""

    def __init__(self, ip: str, key: bytes, cancel_jobs: Callable[[], None]) -> None:
        """Bind a port on `ip`; `cancel_jobs` is called for an interrupt."""
        self._key = key
        self._cancel_jobs = cancel_jobs
        self._last = 0
        # Each connection has a thread of its own, and two of them may bring the same request.
        self._counting = threading.Lock()
        # Called for each request of the gateway, which is a sign that it is there.
        self.on_request: Callable[[], None] = lambda: None
        # What the gateway may ask by name; each answer travels back as JSON.
        self.questions: dict[str, Question] = {}
        # Where the way to the kernel is encrypted: nothing in clear is taken then, and nothing given.
        self.seal: Seal | None = None
        self._socket = socket.create_server((ip, 0), backlog=16)

    @property
    def port(self) -> int:
        """The port that the gateway is told."""
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Serve in a thread of this process: a child would be left over when the kernel ends."""
        threading.Thread(target=self._serve, name="listener", daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            # One silent peer must not keep the next one waiting.
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(TIMEOUT_SECONDS)
            message = _read(connection)
            request = self._accepted(self.seal.open(message, "request") if self.seal else message)
            if request is None:
                return
            if "ask" in request:
                answer = json.dumps(self.questions[str(request["ask"])](request)).encode()
            else:
                self._signal(signal.Signals(int(str(request.get("signum", 0)))))
                answer = b"ok"
            # Bound to its request, so that no earlier answer can be put in its place.
            about = f"answer {request['number']}"
            connection.sendall(self.seal.close(answer, about) if self.seal else answer)

    def _accepted(self, message: bytes) -> dict[str, object] | None:
        """Return the request if the gateway signed it and it is newer than any before."""
        envelope = json.loads(message)
        body = str(envelope["body"])
        if not hmac.compare_digest(sign(self._key, body), str(envelope["mac"])):
            return None
        request: dict[str, object] = json.loads(body)
        number = int(str(request["number"]))
        with self._counting:
            if number <= self._last:
                return None
            self._last = number
        self.on_request()
        return request

    def _signal(self, signum: signal.Signals) -> None:
        if signum not in ALLOWED:
            return
        if signum == signal.SIGINT:
            # The main thread may be inside a call to Java, which no signal ends: its jobs are.
            threading.Thread(target=self._cancel_jobs, daemon=True).start()
        os.kill(os.getpid(), signum)


def sign(key: bytes, body: str) -> str:
    """Return the signature that goes with `body`."""
    return hmac.new(key, body.encode(), "sha256").hexdigest()


def _read(connection: socket.socket) -> bytes:
    """Read up to the end that the gateway's half-close marks."""
    content = b""
    while piece := connection.recv(LONGEST_REQUEST):
        content += piece
        if len(content) > LONGEST_REQUEST:
            raise ValueError("the request is too long")
    return content
