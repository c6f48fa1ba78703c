"""One client's place in the numbered output of its kernel: what did not come by itself is fetched."""

import asyncio
from collections.abc import Callable

import structlog

from kubeyard_gateway.client_output import ClientOutput
from kubeyard_gateway.kernel_messages import Ask, Frames, Tell, messages_of, number_of, words_for_lost

log = structlog.get_logger("kubeyard_gateway")
# The kernel is asked by numbers, so any id will do where it wants one.
BY_NUMBER = ["by number"]
HOLDING = "fetching what is missing"


class Continuity:
    """Passes on what comes in its turn, and fetches what is missing before it from what the kernel keeps.

    Messages may be missing because the kernel had no room for them on their way, or because the
    connection to it broke. Kernels of an older platform do not number theirs: all of it is passed on.
    """

    def __init__(
        self,
        ask: Ask,
        session: str,
        output: ClientOutput,
        pass_on: Callable[[Frames], None],
        tell: Tell,
    ) -> None:
        """`ask` asks the kernel; `session` is the client's, who is sent messages by `pass_on`."""
        self._ask = ask
        self._session = session
        self._output = output
        self._pass_on = pass_on
        self._tell = tell
        self._next: int | None = None
        # Before, a replay hands over what is older.
        self.is_open = False
        # The last that came while the client slept.
        self._slept_through = 0
        output.on_awake = lambda: self.told(self._slept_through + 1)
        self._waiting: list[Frames] = []
        self._fetching: asyncio.Task[None] | None = None

    def begin(self, number: int) -> None:
        """The message of this number is the first that the client waits for."""
        self._next = number

    def open(self, held: list[Frames]) -> None:
        """All that is older is handed over; `held` came meanwhile."""
        self.is_open = True
        self.told(self._slept_through + 1)
        for frames in held:
            self.take(frames)

    def take(self, frames: Frames) -> None:
        """Take a message as it came from the kernel."""
        number = number_of(frames)
        if number is not None and self._output.is_asleep:
            self._slept_through = number
        elif self._fetching is not None:
            self._waiting.append(frames)
        elif number is None:
            self._pass_on(frames)
        elif self._next is not None and number > self._next:
            self._waiting.append(frames)
            self._fetch_up_to(number)
        elif self._next is None or number == self._next:
            self._next = number + 1
            self._pass_on(frames)

    def told(self, number: int) -> None:
        """The kernel says that all before `number` has been sent."""
        if self._output.is_asleep:
            self._slept_through = number - 1
        elif self.is_open and self._fetching is None and self._next is not None and number > self._next:
            self._fetch_up_to(number)

    def close(self) -> None:
        """The client is gone."""
        if self._fetching is not None:
            self._fetching.cancel()

    def _fetch_up_to(self, number: int) -> None:
        self._output.hold(HOLDING)
        self._fetching = asyncio.create_task(self._fetch(number))

    async def _fetch(self, number: int) -> None:
        first = self._next or number
        log.info("output_fetched", session=self._session, count=number - first)
        try:
            await self._hand_over(first, number)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("output_not_fetched", reason=f"{type(error).__name__}: {error}")
            self._tell(words_for_lost(number - first), {})
        self._next, self._fetching = number, None
        self._output.release(HOLDING)
        self.told(self._slept_through + 1)
        waiting, self._waiting = self._waiting, []
        for frames in waiting:
            self.take(frames)

    async def _hand_over(self, start: int, before: int) -> None:
        while start:
            await self._output.room()
            page = await self._ask(
                "outputs", session=self._session, after=BY_NUMBER, start=start, before=before
            )
            if page["lost"]:
                self._tell(words_for_lost(int(page["lost"])), page["lost_in"])
            for _, frames in messages_of(page):
                self._pass_on(frames)
            start = int(page["next"])
