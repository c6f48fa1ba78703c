"""The kernel's WebSocket: quick, ended with its token, and not to be held up by one that never opened."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import structlog
from enterprise_gateway.services.kernels.handlers import ZMQChannelsHandler
from jupyter_client.jsonutil import date_default
from jupyter_server.base.zmqhandlers import serialize_msg_to_ws_v1
from kubeyard_identity import Caller
from tornado.ioloop import IOLoop
from tornado.websocket import WebSocketHandler

from kubeyard_gateway import metrics
from kubeyard_gateway.client_output import ClientOutput
from kubeyard_gateway.execution_state import ExecutionState
from kubeyard_gateway.guard import Guard
from kubeyard_gateway.held_ending import HeldEnding
from kubeyard_gateway.kernel_messages import Frames, is_kept_answer
from kubeyard_gateway.last_words import last_words, restart_words
from kubeyard_gateway.link import Link
from kubeyard_gateway.replay import CONNECTED_WITHIN_SECONDS, LastForwarded, Replay

log = structlog.get_logger("kubeyard_gateway")
V1 = "v1.kernel.websocket.jupyter.org"
TOKEN_EXPIRED = 4401
GOING_AWAY = 1001
RESTARTING = 1012
# Tells a client that comes back whether it is still the same kernel: after a restart it is another.
APPLICATION = "Kubeyard-Application"


class Channels(Guard, ZMQChannelsHandler):
    """`/api/kernels/{id}/channels`."""

    _given_up = False
    _opened = False
    _end: object = None
    _link: Link | None = None
    _output: ClientOutput | None = None
    _replay: Replay | None = None
    _ending: HeldEnding | None = None
    _replaying: asyncio.Task[None] | None = None
    _last_forwarded: ClassVar = LastForwarded()

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
            proxy = self.kernel_manager.get_kernel(self.kernel_id).process_proxy
            self.set_header(APPLICATION, getattr(proxy, "application_id", ""))

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
        opened = super().open(kernel_id)
        if self.kernel_manager.get_kernel(kernel_id).execution_state == "dead":
            # Those who were here when it died were told then.
            self.on_restart_failed()
        return opened

    def nudge(self) -> Any:
        """Join the client to the kernel's output: where the kernel keeps its own, without a gap.

        Stock asks the kernel for its info until it hears something, and a busy kernel not at all.
        """
        proxy = self.kernel_manager.get_kernel(self.kernel_id).process_proxy
        if not hasattr(proxy, "ask"):
            return super().nudge()
        self._link = Link(self.channels["shell"], proxy.ask, self._come_back)
        self._output = ClientOutput(self.channels["iopub"], self._on_zmq_reply)
        self._replay = Replay(
            proxy.ask,
            self.session.session,
            self._had_before(),
            self._output,
            self._forward,
            self.write_stderr,
        )
        self.channels["iopub"].on_recv_stream(self._on_zmq_reply)
        self._replaying = asyncio.create_task(self._run(self._replay))
        return asyncio.ensure_future(asyncio.wait({self._replaying}, timeout=CONNECTED_WITHIN_SECONDS))

    async def _run(self, replay: Replay) -> None:
        await replay.run()
        await replay.answers()

    def _had_before(self) -> list[str] | None:
        """What the client has by its own account, or else by ours; None when it is new here."""
        if "after" in self.request.query_arguments:
            return [ident for ident in self.get_query_arguments("after") if ident]
        ids: list[str] | None = self._last_forwarded.ids(self.session_key)
        return ids

    def _forward(self, channel: str, frames: Frames) -> None:
        stream = self.channels.get(channel)
        if stream is not None and not stream.closed():
            self._last_forwarded.note(self.session_key, channel, frames)
            self._pass_on(stream, frames)

    def _pass_on(self, stream: Any, frames: Frames) -> None:
        if self._ending is None or not self._ending.takes(stream, frames):
            super()._on_zmq_reply(stream, frames)

    def _on_zmq_reply(self, stream: Any, msg_list: Frames) -> None:
        """Pass a message of the kernel on, unless its turn comes later."""
        if self._replay is None or self._output is None:
            self._pass_on(stream, msg_list)
            return
        self._output.still_held()
        if self._link is not None and self._link.is_broken and is_kept_answer(msg_list):
            # An older one may have been lost on the way. The client comes back in a moment, names the newest
            # that it has, and is given both in their order.
            return
        try:
            if not self._replay.holds(stream.channel, msg_list):
                self._forward(stream.channel, msg_list)
        except Exception:
            # Raised from here it would stop the stream: nothing behind this message would ever come.
            log.exception("message_not_passed_on", kernel_id=self.kernel_id, channel=stream.channel)

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Write to the client, and count what it has not taken yet."""
        sent = super().write_message(message, binary)
        if self._output is not None:
            self._output.count(len(message), sent)
        return sent

    def on_restart_failed(self) -> None:
        """The kernel has died: say why below its cell, before the client hears that it is dead."""
        kernel = self.kernel_manager.get_kernel(self.kernel_id)
        if kernel.death is not None and kernel.told.last_cell:
            kind, content = last_words(kernel.death, cell_runs=kernel.told.cell_runs)
            self._publish("iopub", kind, content, kernel.told.last_cell)
        super().on_restart_failed()

    @classmethod
    @contextmanager
    def restarting(cls, kernel_id: str, told: ExecutionState, by: str) -> Iterator[None]:
        """Restart the kernel inside: tell its notebooks afterwards, and have them come to the new one.

        They lead to the ports of the one before: a cell sent there would never be answered.
        """
        connections = [each for each in cls._open_sessions.values() if each.kernel_id == kernel_id]
        if told.cell_runs:
            for connection in connections:
                connection._ending = HeldEnding(told.last_cell)
        try:
            yield
        except BaseException:
            for connection in connections:
                connection._not_restarted()
            raise
        for connection in [each for each in cls._open_sessions.values() if each.kernel_id == kernel_id]:
            if told.last_cell:
                for channel, kind, content in restart_words(by, cell_runs=told.cell_runs):
                    connection._publish(channel, kind, content, told.last_cell)
            WebSocketHandler.close(connection, RESTARTING, "the kernel was restarted")

    def _not_restarted(self) -> None:
        """Go on with the kernel that is still here. One that is not has told its death by now."""
        ending, self._ending = self._ending, None
        if ending is None or self.kernel_manager.get_kernel(self.kernel_id).execution_state == "dead":
            return
        for stream, frames in ending.messages:
            if not stream.closed():
                self._pass_on(stream, frames)

    def _publish(self, channel: str, kind: str, content: dict[str, Any], parent: dict[str, Any]) -> None:
        """Send the client a message in the kernel's name, behind all that the kernel has said."""
        iopub = self.channels.get("iopub")
        if iopub is None or iopub.closed():
            return
        iopub.flush()
        message = self.session.msg(kind, content=content, parent=parent)
        if self.subprotocol == V1:
            written = serialize_msg_to_ws_v1(message, channel, self.session.pack)
            self.write_message(written, binary=True)
        else:
            message["channel"] = channel
            self.write_message(json.dumps(message, default=date_default))

    def _expire(self) -> None:
        log.info("websocket_expired", kernel_id=self.kernel_id, user=self.caller.name)
        # The kernel handler's own close takes no code, and the client must know that it may come back.
        WebSocketHandler.close(self, TOKEN_EXPIRED, "token expired")

    def _come_back(self) -> None:
        log.info("websocket_link_broken", kernel_id=self.kernel_id, user=self.caller.name)
        WebSocketHandler.close(self, RESTARTING, "the connection to the kernel broke")

    @classmethod
    def end_without_right(cls, caller: Caller, may: Callable[[Caller, str], bool]) -> None:
        """End the person's connections to kernels that are no longer his to use."""
        for connection in list(cls._open_sessions.values()):
            if connection.caller.name == caller.name and not may(caller, connection.kernel_id):
                connection._expire()

    @classmethod
    def close_all(cls) -> None:
        """Tell every client that the gateway goes, so that it dials again at once."""
        for connection in list(cls._open_sessions.values()):
            WebSocketHandler.close(connection, RESTARTING, "the gateway is being restarted")

    def on_close(self) -> None:
        """Leave the kernel to the next connection."""
        if self._end is not None:
            IOLoop.current().remove_timeout(self._end)
        if self._replaying is not None:
            self._replaying.cancel()
        if self._replay is not None:
            self._replay.close()
        if self._link is not None:
            self._link.close()
        if self._opened:
            metrics.CONNECTIONS.dec()
            super().on_close()
        elif not self._close_future.done():
            self._close_future.set_result(None)
