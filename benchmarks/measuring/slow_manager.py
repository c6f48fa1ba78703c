"""A relay in front of the real ResourceManager that takes its time, and counts what it is asked."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

_LIMIT_SECONDS = 60
# Of the connection, not of what it carries.
_HOP_BY_HOP = frozenset({"connection", "content-length", "transfer-encoding", "content-encoding", "host"})


class SlowManager:
    """Passes each request on after `delay_seconds`, which may be changed at any time."""

    def __init__(self, url: str) -> None:
        self.target = url
        self.delay_seconds = 0.0
        # Of the monotonic clock: when each request came.
        self.asked_at: list[float] = []
        self.session = requests.Session()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def requests_per_second(self, seconds: float) -> float:
        """Watch for so long, and return how often it was asked in a second."""
        before = len(self.asked_at)
        time.sleep(seconds)
        return (len(self.asked_at) - before) / seconds


@contextmanager
def relay(url: str) -> Iterator[SlowManager]:
    """Relay to the ResourceManager at `url` for as long as the block lasts."""
    manager = SlowManager(url)
    thread = threading.Thread(target=manager.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield manager
    finally:
        manager.server.shutdown()
        thread.join(timeout=10)
        manager.server.server_close()


def _handler_for(manager: SlowManager) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Otherwise the small answers of a kept connection wait 40 ms each.
        disable_nagle_algorithm = True

        def _pass_on(self) -> None:
            manager.asked_at.append(time.monotonic())
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            time.sleep(manager.delay_seconds)
            sent = {name: text for name, text in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            answer = manager.session.request(
                self.command, manager.target + self.path, data=body, headers=sent, timeout=_LIMIT_SECONDS
            )
            self.send_response_only(answer.status_code)
            for name, text in answer.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep the benchmark's own lines readable."""

    return Handler
