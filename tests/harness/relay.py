"""A TCP relay between two real sides that a test can cut, hold up and slow down."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

PIECE = 1 << 16
LOOK_SECONDS = 0.05


class Relay:
    """Listens on a port of its own, and connects each that comes to `target`."""

    def __init__(self, target: Callable[[], tuple[str, int]]) -> None:
        """`target` is asked for each connection: what it leads to may have been started anew."""
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._server.settimeout(LOOK_SECONDS)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._passes = threading.Event()
        self._passes.set()
        self._accepts = True
        self._closed = False
        # Of every piece, in seconds.
        self.delay_seconds = 0.0
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.getsockname()[1])

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._passes.set()
        self._thread.join(timeout=10)
        self._server.close()
        self.cut()

    def cut(self, *, for_good: bool = False) -> None:
        """Break every connection; `for_good` also those that come, until `restore`."""
        self._accepts = not for_good
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _close(*pair)

    def hold(self) -> None:
        """Pass nothing on and say nothing about it, as a pulled cable does, until `restore`."""
        self._passes.clear()

    def restore(self) -> None:
        """Do what a relay should."""
        self.delay_seconds = 0.0
        self._accepts = True
        self._passes.set()

    def _serve(self) -> None:
        while not self._closed:
            with contextlib.suppress(TimeoutError):
                near, _ = self._server.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        try:
            if not self._accepts:
                raise ConnectionRefusedError
            far = socket.create_connection(self._target(), timeout=10)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        for side in (near, far):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._pairs.append((near, far))
        for pair in ((near, far), (far, near)):
            threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                if self.delay_seconds:
                    time.sleep(self.delay_seconds)
                self._passes.wait()
                sink.sendall(piece)
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)
            return
        _close(source, sink)


def _close(*sides: socket.socket) -> None:
    for side in sides:
        with contextlib.suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
        side.close()
