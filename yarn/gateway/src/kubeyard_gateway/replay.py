"""Joins a client to a kernel's output at one exact place, so that a returning one misses nothing."""

import asyncio
import json
import uuid
from collections import OrderedDict
from collections.abc import Callable

import structlog

from kubeyard_gateway.client_output import ClientOutput
from kubeyard_gateway.continuity import Continuity
from kubeyard_gateway.kernel_messages import (
    DELIMITER,
    MARK_TOPIC,
    WELCOME,
    Ask,
    Frames,
    Tell,
    header_of,
    is_kept_answer,
    messages_of,
    words_for_lost,
)

log = structlog.get_logger("kubeyard_gateway")
# The first mark may be published before the subscription has reached the kernel.
PAUSES_SECONDS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.3, 0.6)
# A kernel inside a long call to C answers nobody, and publishes nothing either.
GIVE_UP_AFTER_SECONDS = 60
# A client may send while its output is still held back.
CONNECTED_WITHIN_SECONDS = 3
# An answer that fell between two connections is not published: it is asked for once more.
ANSWERS_AGAIN_AFTER_SECONDS = 1
SESSIONS_REMEMBERED = 10_000

Forward = Callable[[str, Frames], None]
# The mark has come, and what is behind it waits until what was before it is handed over.
HOLDING = "joining"


class LastForwarded:
    """The last message of each channel that each client's session was sent, for when it comes back."""

    def __init__(self) -> None:
        """Nobody was sent anything yet."""
        self._headers: OrderedDict[str, dict[str, bytes]] = OrderedDict()

    def note(self, session: str, channel: str, frames: Frames) -> None:
        """Remember the message as the newest; the sessions that were silent longest are forgotten."""
        headers, header = self._headers.setdefault(session, {}), header_of(frames)
        # The welcome of a new subscriber is no output: its kernel keeps none, and could not go on from it.
        if (channel == "iopub" and WELCOME not in header) or is_kept_answer(frames):
            headers[channel] = header
        self._headers.move_to_end(session)
        if len(self._headers) > SESSIONS_REMEMBERED:
            self._headers.popitem(last=False)

    def ids(self, session: str) -> list[str] | None:
        """Return the messages' ids; None for a session that was never here."""
        headers = self._headers.get(session)
        if headers is None:
            return None
        return [str(json.loads(header)["msg_id"]) for header in headers.values()]


class Replay:
    """One connection's way from silence through what the kernel kept to what it publishes now.

    The kernel is asked to publish a mark. Once the mark arrives, all behind it arrives too; what was
    before it is asked for, handed over, and only then what came meanwhile.
    """

    def __init__(
        self,
        ask: Ask,
        session: str,
        after: list[str] | None,
        output: ClientOutput,
        forward: Forward,
        tell: Tell,
    ) -> None:
        """`after` are ids of the newest messages that the client has; None for one that is new here."""
        self._ask = ask
        self._session = session
        self._after = after
        self._output = output
        self._forward = forward
        self._tell = tell
        self._live = Continuity(ask, session, output, lambda frames: forward("iopub", frames), tell)
        self._token = uuid.uuid4().hex
        self._number: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._held: list[Frames] = []
        self._newer: list[tuple[str, Frames]] | None = []
        self._answered: set[bytes] | None = set() if after is not None else None
        # Those that were asked for may be on their way by themselves as well.
        self._handed_over: set[bytes] = set()

    def holds(self, channel: str, frames: Frames) -> bool:
        """Whether the message is taken, to go to the client in its turn; marks never do."""
        if frames[0] == MARK_TOPIC:
            self._note(frames)
            return True
        if channel != "iopub":
            return self._holds_answer(channel, frames)
        if self._live.is_open or self._output.is_asleep:
            self._live.take(frames)
        else:
            self._held.append(frames)
        return True

    def _holds_answer(self, channel: str, frames: Frames) -> bool:
        """Hold answers until the older ones are handed over: a client names the newest that it has only."""
        header = header_of(frames)
        if header in self._handed_over:
            return True
        if self._answered is None:
            return False
        if self._newer is not None and is_kept_answer(frames):
            self._newer.append((channel, frames))
            return True
        self._answered.add(header)
        return False

    async def run(self) -> None:
        """Hand over what the client missed, then let all pass. Trouble ends in passing all, and is told."""
        try:
            number = await self._marked()
            if self._after is not None:
                await self._hand_over(number)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("output_not_replayed", reason=f"{type(error).__name__}: {error}")
            if self._after is not None:
                self._tell("Output that was made while the notebook was away may be missing here.", {})
        finally:
            self._output.release(HOLDING)
            self._live.open(self._held)
            self._held = []

    def close(self) -> None:
        """The client is gone."""
        self._live.close()

    async def answers(self) -> None:
        """Hand over the answers that came while the client was away, and once more what fell between."""
        known = self._answered
        if known is None:
            return
        for pause in (0, ANSWERS_AGAIN_AFTER_SECONDS):
            await asyncio.sleep(pause)
            try:
                found = await self._ask("answers", session=self._session, after=self._after)
            except (OSError, ValueError) as error:
                log.warning("answers_not_replayed", reason=f"{type(error).__name__}: {error}")
                found = {"messages": []}
            newer, self._newer = self._newer or [], None
            for channel, frames in (*messages_of(found), *newer):
                if header_of(frames) not in known:
                    known.add(header_of(frames))
                    self._handed_over.add(header_of(frames))
                    self._forward(channel, frames)
        self._answered = None

    def _note(self, frames: Frames) -> None:
        start = frames.index(DELIMITER) + 2
        number = int(json.loads(frames[start + 3])["number"])
        if self._live.is_open:
            self._live.told(number)
        elif not self._number.done() and json.loads(frames[start])["msg_id"] == self._token:
            # What came before the mark is among what the kernel kept.
            self._held.clear()
            self._number.set_result(number)
            self._live.begin(number)
            self._output.hold(HOLDING)

    async def _marked(self) -> int:
        """Ask for the mark until it arrives; return the number of the first message behind it."""
        deadline = asyncio.get_running_loop().time() + GIVE_UP_AFTER_SECONDS
        attempt = 0
        while True:
            try:
                await self._ask("mark", token=self._token)
            except ConnectionRefusedError:
                raise
            except OSError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
            pause = PAUSES_SECONDS[min(attempt, len(PAUSES_SECONDS) - 1)]
            attempt += 1
            if (await asyncio.wait({self._number}, timeout=pause))[0]:
                return self._number.result()
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"the kernel published nothing for {GIVE_UP_AFTER_SECONDS} s")

    async def _hand_over(self, number: int) -> None:
        start, count = 0, 0
        while True:
            await self._output.room()
            page = await self._ask(
                "outputs", session=self._session, after=self._after, start=start, before=number
            )
            if page["lost"]:
                self._tell(words_for_lost(int(page["lost"])), page["lost_in"])
            for channel, frames in messages_of(page):
                self._forward(channel, frames)
                count += 1
            start = int(page["next"])
            if not start:
                log.info("output_replayed", session=self._session, count=count)
                return
