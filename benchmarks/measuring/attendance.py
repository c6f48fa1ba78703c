"""Keeps many open WebSockets alive: each answers the gateway's pings, as a browser does by itself."""

import selectors
import threading

from measuring.gateway_client import Connection

_LOOK_EVERY_SECONDS = 0.2


class Attendance:
    """Reads what comes on connections that nobody else reads, in a thread of its own."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._connections: list[Connection] = []
        self._has_ended = threading.Event()
        self._thread = threading.Thread(target=self._attend, daemon=True)

    def __enter__(self) -> "Attendance":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close all of them."""
        self._has_ended.set()
        self._thread.join(timeout=30)
        self._selector.close()
        for connection in self._connections:
            connection.close()

    def take(self, connection: Connection) -> None:
        """Attend to a connection from now on."""
        self._connections.append(connection)
        self._selector.register(connection.file, selectors.EVENT_READ, connection)

    @property
    def open_count(self) -> int:
        """How many the gateway has not closed."""
        return len(self._selector.get_map())

    def _attend(self) -> None:
        while not self._has_ended.is_set():
            for key, _ in self._selector.select(_LOOK_EVERY_SECONDS):
                if not key.data.attend():
                    self._selector.unregister(key.fileobj)
