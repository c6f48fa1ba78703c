"""The Lab's side of a kernel's WebSocket: one protocol all the way, and nothing lost when it breaks."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from jupyter_server.gateway.connections import GatewayWebSocketConnection
from jupyter_server.gateway.gateway_client import GatewayClient
from jupyter_server.utils import url_path_join
from tornado.escape import url_escape
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketError,
    websocket_connect,
)
from traitlets import Float, Instance, Integer, Unicode

from kubeyard_lab.gateway_words import why_gone
from kubeyard_lab.kernels import LOST
from kubeyard_lab.obituary import says_dead
from kubeyard_lab.receipts import Receipts
from kubeyard_lab.unbegun import APPLICATION, Unbegun
from kubeyard_lab.waiting_messages import Message, TooManyWaitingError, WaitingMessages

V1 = "v1.kernel.websocket.jupyter.org"
TOKEN_ENDED = 4401
KERNEL_GONE = 4404
TRY_AGAIN_LATER = 1013
_HANDSHAKE_SECONDS = 30.0
_MESSAGE_BYTES_MAX = 256 * 2**20


class KernelConnection(GatewayWebSocketConnection):
    """Joins a notebook's WebSocket to the gateway's, and again whenever the gateway's ends."""

    kernel_ws_protocol = Unicode(V1, allow_none=True, config=True)
    waiting_count_max = Integer(1000, config=True, help="Messages kept while the gateway is away.")
    waiting_bytes_max = Integer(64 * 2**20, config=True, help="Bytes kept while the gateway is away.")
    pause_max_seconds = Float(5.0, config=True, help="The longest pause between two attempts to connect.")
    task = Instance(asyncio.Task, allow_none=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.waiting = WaitingMessages(self.waiting_count_max, self.waiting_bytes_max)
        self._unbegun = Unbegun()
        self._unsubscribe: Callable[[], None] = lambda: None
        self._receipts: Receipts | None = None

    async def prepare(self) -> None:
        """Before the handshake: a lost kernel has no socket, so that the browser asks what became of it."""
        if self.multi_kernel_manager.lost.get(self.kernel_id):
            raise HTTPError(KERNEL_GONE - 4000, "the kernel is gone")

    async def connect(self) -> None:
        """Begin; returns at once, since the browser's socket is served from here on."""
        # Without it every message to the browser waits for a delayed acknowledgement, 48 ms instead of 6.
        self.websocket_handler.set_nodelay(True)
        self._unsubscribe = self.multi_kernel_manager.on_loss(self.kernel_id, self._lost)
        if self._browser_speaks_v1 and self.session_id:
            received = self.multi_kernel_manager.received.of(self.kernel_id, self.session_id)
            self._receipts = Receipts(received, self.websocket_handler)
        self.task = asyncio.ensure_future(self._run())

    def disconnect(self) -> None:  # type: ignore[override]  # as jupyter_server does
        """The browser is gone. A handshake under way is not cancelled: that would leak its socket."""
        self.disconnected = True
        self._unsubscribe()
        if self._receipts is not None:
            self._receipts.close()
        if self.ws is not None:
            self.ws.close()

    def handle_incoming_message(self, message: Message) -> None:
        """Pass the browser's message on, or keep it until there is a gateway to take it."""
        try:
            if self.ws is None or len(self.waiting):
                self.waiting.put(message)
            else:
                self._send(self.ws, message)
        except TooManyWaitingError:
            self.log.error(
                "kernel %s: too much waits for the gateway; the notebook is disconnected", self.kernel_id
            )
            self.websocket_handler.close(TRY_AGAIN_LATER, "the gateway is away and too much waits for it")

    async def _run(self) -> None:
        failures = 0
        while not self.disconnected:
            socket = await self._dialled()
            if socket is not None:
                failures = 0
                if await self._served(socket) == TOKEN_ENDED:
                    continue
            failures += 1
            if not self.disconnected:
                pause = min(0.1 * 2.0 ** min(failures, 10), self.pause_max_seconds)
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311

    async def _dialled(self) -> WebSocketClientConnection | None:
        """A socket to the gateway, or nothing this time."""
        try:
            return await websocket_connect(
                self._request(),
                subprotocols=[V1] if self._browser_speaks_v1 else None,
                max_message_size=_MESSAGE_BYTES_MAX,
                ping_interval=30,
            )
        except HTTPClientError as refusal:
            self._refused(refusal)
        except (TimeoutError, OSError, StreamClosedError, WebSocketError) as why:
            self.log.warning("no gateway for kernel %s: %s", self.kernel_id, why)
        return None

    def _request(self) -> HTTPRequest:
        client = GatewayClient.instance()
        url = url_path_join(
            client.ws_url or "", client.kernels_endpoint, url_escape(self.kernel_id), "channels"
        )
        if self.session_id:
            url += f"?session_id={url_escape(self.session_id)}"
        if self._receipts is not None:
            url += self._receipts.received.query()
        arguments = client.load_connection_args()  # type: ignore[no-untyped-call]
        return HTTPRequest(url, **arguments | {"request_timeout": _HANDSHAKE_SECONDS})

    @property
    def _browser_speaks_v1(self) -> bool:
        return bool(self.websocket_handler.selected_subprotocol == V1)

    def _refused(self, refusal: HTTPClientError) -> None:
        self.log.warning("gateway refused kernel %s: %s", self.kernel_id, refusal.code)
        if refusal.code == KERNEL_GONE - 4000:
            self.multi_kernel_manager.lose(self.kernel_id, why_gone(refusal.response) or LOST)
            self._lost()
        elif refusal.code == TOKEN_ENDED - 4000:
            renewer = GatewayClient.instance().gateway_token_renewer
            if hasattr(renewer, "token"):
                renewer.token.renew()

    async def _served(self, socket: WebSocketClientConnection) -> int | None:
        """Carry messages until one side ends; returns the gateway's closing code."""
        if self.disconnected:
            socket.close()
            return None
        if self._browser_speaks_v1 and socket.selected_subprotocol != V1:
            self.log.error("the gateway does not speak %s; kernel %s stays disconnected", V1, self.kernel_id)
            socket.close()
            return None
        if socket.protocol is not None:
            # Two cells sent at once: the second would wait until the first is acknowledged, 40 ms.
            socket.protocol.set_nodelay(True)
        self.ws = socket
        if self._receipts is not None:
            self._receipts.received.has_begun = True
        try:
            for cell in self._unbegun.connected(_application_of(socket)):
                socket.write_message(cell, binary=isinstance(cell, bytes))
            self._send_waiting(socket)
            while (message := await socket.read_message()) is not None:
                if says_dead(message):
                    await self.multi_kernel_manager.bury(self.kernel_id)
                    break
                self._unbegun.heard(message)
                await self.websocket_handler.write_message(message, binary=isinstance(message, bytes))
                if self._receipts is not None and isinstance(message, bytes):
                    self._receipts.written(message)
        except WebSocketClosedError:
            pass
        finally:
            self.ws = None
            socket.close()
        self.log.info("gateway closed kernel %s: %s", self.kernel_id, socket.close_code)
        if socket.close_code == KERNEL_GONE:
            self.multi_kernel_manager.lose(self.kernel_id, socket.close_reason or LOST)
        code: int | None = socket.close_code
        return code

    def _send_waiting(self, socket: WebSocketClientConnection) -> None:
        while len(self.waiting):
            message = self.waiting.first()
            socket.write_message(message, binary=isinstance(message, bytes))
            self._unbegun.sent(message)
            self.waiting.drop_first()

    def _send(self, socket: WebSocketClientConnection, message: Message) -> None:
        try:
            socket.write_message(message, binary=isinstance(message, bytes))
            self._unbegun.sent(message)
        except WebSocketClosedError:
            self.waiting.put(message)

    def _lost(self) -> None:
        """Close towards the browser: it dials again, is refused, asks for the kernel, and shows it dead."""
        self.disconnected = True
        if self.ws is not None:
            self.ws.close()
        self.websocket_handler.close(KERNEL_GONE, "the kernel is gone")


def _application_of(socket: WebSocketClientConnection) -> str:
    return socket.headers.get(APPLICATION, "") if socket.headers is not None else ""
