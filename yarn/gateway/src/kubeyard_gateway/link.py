"""The network between the gateway and a kernel: whether it broke under an open notebook."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
import zmq
from zmq.eventloop.zmqstream import ZMQStream

log = structlog.get_logger("kubeyard_gateway")
# A broken cable or a machine that is off says nothing: pings do. libzmq answers them beside any cell.
PING_EVERY_SECONDS = 5
BROKEN_AFTER_SECONDS = 20
ASK_AGAIN_AFTER_SECONDS = 1.0


def ping(socket: Any) -> None:
    """Have libzmq look whether the other side is there; before the socket connects."""
    socket.heartbeat_ivl = 1000 * PING_EVERY_SECONDS
    socket.heartbeat_timeout = 1000 * BROKEN_AFTER_SECONDS


class Link:
    """Watches one client's way to its kernel.

    libzmq connects again by itself, and what was on its way is lost: requests, answers and output. The
    client has to come back as from any other break, once the kernel can be reached.
    """

    def __init__(self, stream: Any, ask: Callable[..., Any], on_broken: Callable[[], None]) -> None:
        """`stream` leads to the kernel's shell; `on_broken` is called when the kernel answers again."""
        self._socket = stream.socket
        self._ask = ask
        self._on_broken = on_broken
        self._asking: asyncio.Task[None] | None = None
        self._monitor = ZMQStream(self._socket.get_monitor_socket(zmq.EVENT_DISCONNECTED))
        self._monitor.on_recv(self._disconnected)

    @property
    def is_broken(self) -> bool:
        """Whether it broke: an answer that comes now is not the next one, as those before it may be lost."""
        return self._asking is not None

    def close(self) -> None:
        """The client is gone."""
        if self._asking is not None:
            self._asking.cancel()
        if not self._monitor.closed():
            if not self._socket.closed:
                self._socket.disable_monitor()
            self._monitor.close()

    def _disconnected(self, _: list[bytes]) -> None:
        if self._asking is None:
            self._asking = asyncio.create_task(self._until_answered())

    async def _until_answered(self) -> None:
        """Wait for the kernel; one that has died never answers, and its death is told elsewhere."""
        while True:
            try:
                await self._ask("activity")
            except (OSError, ValueError):
                await asyncio.sleep(ASK_AGAIN_AFTER_SECONDS)
            else:
                self._on_broken()
                return
