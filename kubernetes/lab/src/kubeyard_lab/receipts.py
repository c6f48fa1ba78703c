"""Receipts of the browser for what was written to it: the answers to pings sent behind it."""

from typing import Any

from tornado.ioloop import IOLoop
from tornado.websocket import WebSocketClosedError

from kubeyard_lab.received import Received

# What arrived without a receipt comes twice after a break, so it should be little.
_PING_AFTER_SECONDS = 0.2
_MARK = b"kubeyard"


class Receipts:
    """Keeps what a notebook has received in step with what its browser confirms."""

    def __init__(self, received: Received, browser: Any) -> None:
        """`browser` is the handler of the browser's WebSocket; its pongs pass through here."""
        self.received = received
        received.begin(self)
        self._browser = browser
        self._pinged: dict[str, bytes] | None = None
        self._timer: object | None = None
        self._on_pong = browser.on_pong
        browser.on_pong = self._pong

    def written(self, message: bytes) -> None:
        """Note a message that was written, and ask for a receipt soon."""
        if not self.received.counts(self):
            return
        self.received.note(message)
        if self._timer is None and self._pinged is None:
            self._timer = IOLoop.current().call_later(_PING_AFTER_SECONDS, self._ping)

    def close(self) -> None:
        """The browser is gone, and has what it had confirmed.

        A good-bye confirms nothing: a browser that has said it reads no more of what was on its way.
        """
        if self._timer is not None:
            IOLoop.current().remove_timeout(self._timer)
        if self.received.counts(self):
            self.received.break_off()

    def _ping(self) -> None:
        self._timer = None
        self._pinged = self.received.written
        try:
            self._browser.ping(_MARK)
        except WebSocketClosedError:
            self._pinged = None

    def _pong(self, data: bytes) -> None:
        self._on_pong(data)
        if data == _MARK and self._pinged is not None and self.received.counts(self):
            self.received.confirm(self._pinged)
            self._pinged = None
            if not self.received.is_confirmed and self._timer is None:
                self._timer = IOLoop.current().call_later(_PING_AFTER_SECONDS, self._ping)
