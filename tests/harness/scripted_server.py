"""A small real HTTP server that answers as it is told, for what no real daemon does on demand."""

import contextlib
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    method: str
    path: str
    params: dict[str, str]
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What to say to it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Return an answer of JSON."""
    kind = {"Content-Type": "application/json"}
    return Answer(json.dumps(value).encode(), status, kind | (headers or {}))


class ScriptedServer:
    """Listens on a port of its own while the `with` block lasts, and remembers what was asked."""

    def __init__(self, script: Callable[[Asked], Answer], tls: ssl.SSLContext | None = None) -> None:
        """`script` is called for each request, in a thread of its own; with `tls` it serves https only."""
        self.asked: list[Asked] = []
        self.script = script
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(timeout=10)
        self._server.server_close()


def _handler_for(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            params = dict(parse_qsl(parts.query, keep_blank_values=True))
            asked = Asked(self.command, parts.path, params, body, dict(self.headers))
            server.asked.append(asked)
            answer = server.script(asked)
            self.send_response_only(answer.status)
            own = {"Content-Length": str(len(answer.body)), "Date": self.date_time_string()}
            for name, value in {**own, **answer.headers}.items():
                self.send_header(name, value)
            # A client that stopped waiting is what some tests are about.
            with contextlib.suppress(ConnectionError):
                self.end_headers()
                self.wfile.write(answer.body)

        do_GET = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep the test's output for its failures."""

    return Handler
