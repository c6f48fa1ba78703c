"""The kernel's WebSocket: quick, ended with its token, and not to be held up by one that never opened."""

import time
from typing import Any

import structlog
from enterprise_gateway.services.kernels.handlers import ZMQChannelsHandler
from tornado.ioloop import IOLoop
from tornado.websocket import WebSocketHandler

from kubeyard_gateway import metrics
from kubeyard_gateway.guard import Guard

log = structlog.get_logger("kubeyard_gateway")
TOKEN_EXPIRED = 4401
GOING_AWAY = 1001


class Channels(Guard, ZMQChannelsHandler):
    """`/api/kernels/{id}/channels`."""

    _given_up = False
    _opened = False
    _end: object = None

    async def _register_session(self) -> None:
        """Take the place of an older connection of the same client session.

        Stock waits for the older one to close. One that is still shaking hands never does, and a
        browser whose first handshake failed would wait for ever.
        """
        self.session_key = f"{self.kernel_id}:{self.session.session}"
        older = self._open_sessions.get(self.session_key)
        if older is not None and not older._opened:
            older._given_up = True
        elif older is not None:
            await older.close()
        if self.kernel_id in self.kernel_manager:
            self._open_sessions[self.session_key] = self

    def open(self, kernel_id: str) -> Any:
        """Connect the client to the kernel."""
        if self._given_up:
            WebSocketHandler.close(self, GOING_AWAY, "replaced by a newer connection")
            return None
        self._opened = True
        metrics.CONNECTIONS.inc()
        # Otherwise each small message waits for the acknowledgement of the one before, 40 ms.
        self.set_nodelay(True)
        grace_seconds = self.settings["service_settings"].gateway_websocket_grace_seconds
        remaining = self.caller.expires_at.timestamp() - time.time()
        self._end = IOLoop.current().call_later(max(0, remaining) + grace_seconds, self._expire)
        return super().open(kernel_id)

    def _expire(self) -> None:
        log.info("websocket_expired", kernel_id=self.kernel_id, user=self.caller.name)
        # The kernel handler's own close takes no code, and the client must know that it may come back.
        WebSocketHandler.close(self, TOKEN_EXPIRED, "token expired")

    def on_close(self) -> None:
        """Leave the kernel to the next connection."""
        if self._end is not None:
            IOLoop.current().remove_timeout(self._end)
        if self._opened:
            metrics.CONNECTIONS.dec()
            super().on_close()
        elif not self._close_future.done():
            self._close_future.set_result(None)
