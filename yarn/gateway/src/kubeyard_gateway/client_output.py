"""How fast one client takes its kernel's output, and no output for one that takes none."""

import asyncio
from collections.abc import Callable
from typing import Any

# What may be on its way to one client; a hundred slow ones must not cost the gateway its memory.
MOST_BYTES = 8 << 20
# The same for what comes from its kernel, in messages: some are 64 MB, and a hundred of them were 3 GB.
MOST_FROM_KERNEL = 4
# Whoever takes nothing at all for so long is asleep, and holds up nobody's kernel any more.
ASLEEP_AFTER_SECONDS = 10
SLOW = "slow client"


class ClientOutput:
    """Takes output from the kernel only while the client takes it too; the kernel then waits for a while."""

    def __init__(self, stream: Any, on_message: Callable[..., None]) -> None:
        """`stream` is the client's own way from the kernel's output, `on_message` what is called for each."""
        self._stream = stream
        self._on_message = on_message
        self._reasons: set[str] = set()
        self._bytes = self._taken = 0
        # What is said to come now is not passed on: the client will get what is kept of it when it is awake.
        self.is_asleep = False
        # Called when the client takes output again.
        self.on_awake: Callable[[], None] = lambda: None
        self._low = asyncio.Event()
        self._low.set()

    def hold(self, reason: str) -> None:
        """Take no output for now."""
        self._reasons.add(reason)
        self.still_held()

    def still_held(self) -> None:
        """Stop what somebody else has set going: Jupyter's server opens all channels once it is connected."""
        if self._reasons and not self._stream.closed():
            self._stream.stop_on_recv()

    def release(self, reason: str) -> None:
        """Take output again, unless there is another reason not to."""
        self._reasons.discard(reason)
        if not self._reasons and not self._stream.closed():
            self._stream.on_recv_stream(self._on_message)

    def count(self, size: int, sent: "asyncio.Future[None]") -> None:
        """Count the bytes of a message until it is `sent`."""
        self._bytes += size
        if self._bytes > MOST_BYTES and self._low.is_set():
            self._low.clear()
            self.hold(SLOW)
            self._look_again_at(self._taken)
        sent.add_done_callback(lambda future: self._done(size, future))

    def _done(self, size: int, future: "asyncio.Future[None]") -> None:
        # Of a connection that is closed; whoever closes it says so.
        if not future.cancelled():
            future.exception()
        self._bytes -= size
        self._taken += size
        if self._bytes < MOST_BYTES // 2 and not self._low.is_set():
            self._low.set()
            self.release(SLOW)
            if self.is_asleep:
                self.is_asleep = False
                self.on_awake()

    def _look_again_at(self, taken: int) -> None:
        """Look after a while whether the client has taken more than that."""
        asyncio.get_running_loop().call_later(ASLEEP_AFTER_SECONDS, self._look, taken)

    def _look(self, taken: int) -> None:
        if self._low.is_set() or self._stream.closed():
            return
        if self._taken > taken:
            self._look_again_at(self._taken)
        else:
            self.is_asleep = True
            # Whatever else it was held for goes on when the client does.
            self._reasons.clear()
            self.release(SLOW)

    async def room(self) -> None:
        """Wait until the client has taken most of what it was sent."""
        await self._low.wait()
