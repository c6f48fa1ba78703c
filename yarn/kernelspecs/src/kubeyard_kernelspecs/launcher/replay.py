"""The last messages of this kernel, kept for clients that were away while they were sent.

Output goes out by publishing: what nobody listens to is gone, and an answer to a client that is away
is too. Both are kept here up to a number of bytes, in the order in which they were sent.
"""

import base64
import json
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .lost import LostBySession
from .publishing import DELIMITER, Gate, Publisher
from .too_large import LARGEST_BYTES, left_out

# What a notebook waits for; completions and the like are asked for anew.
ANSWERS = {"execute_reply": "shell", "input_request": "stdin"}
ANSWERS_BYTES = 1 << 20
# The ends of cells whose output is kept no more: without its end a cell stays [*] for ever.
ENDS_KEPT = 1000
PAGE_BYTES = 1 << 20


@dataclass(frozen=True)
class Kept:
    """One message as its frames; `number` counts all of its kind, without a gap."""

    number: int
    channel: str
    frames: tuple[bytes, ...]
    size: int

    def frame(self, index: int) -> bytes:
        """The frame behind the delimiter and the signature: 0 is the header, 1 the parent's."""
        return self.frames[self.frames.index(DELIMITER) + 2 + index]

    @property
    def is_end(self) -> bool:
        """Whether it says that the kernel is idle again, which ends a cell."""
        return b'"status"' in self.frame(0) and b'"idle"' in self.frames[-1]

    def without_content(self) -> "Kept":
        """Return what tells which message it was."""
        return Kept(self.number, self.channel, self.frames[: self.frames.index(DELIMITER) + 4], 0)


class Memory:
    """The newest messages, within a number of bytes."""

    def __init__(self, most_bytes: int) -> None:
        """Keep at most `most_bytes`; one larger message is kept no more than what it pushed out."""
        self._most_bytes = most_bytes
        self._kept: deque[Kept] = deque()
        self._bytes = 0
        self._count = 0
        self._last_dropped: Kept | None = None
        self._ends: deque[Kept] = deque(maxlen=ENDS_KEPT)
        self._lost = LostBySession()
        self._lock = threading.Lock()

    def add(self, channel: str, frames: Iterable[Any]) -> int:
        """Keep a message that is about to be sent, and return its number; the oldest make room for it."""
        parts = list(frames)
        size = sum(memoryview(part).nbytes for part in parts)
        if size > self._most_bytes:
            # Dropped in a moment, and copying it would take as much memory again: its headers are enough.
            index = parts.index(DELIMITER) + 3
            del parts[index + 1 :]
        with self._lock:
            self._count += 1
            self._kept.append(Kept(self._count, channel, tuple(bytes(part) for part in parts), size))
            self._bytes += size
            while self._bytes > self._most_bytes:
                dropped = self._kept.popleft()
                self._bytes -= dropped.size
                self._last_dropped = dropped.without_content()
                if dropped.is_end:
                    self._ends.append(dropped)
                else:
                    self._lost.add(dropped.frame(1))
            return self._count

    @property
    def next_number(self) -> int:
        """The number of the message that comes next."""
        with self._lock:
            return self._count + 1

    def after(self, ids: Iterable[str]) -> int:
        """Return the number behind the newest message that has one of `ids`; 1 when none is known."""
        wanted = [ident.encode() for ident in ids]
        with self._lock:
            for one in reversed(self._kept):
                if any(ident in one.frame(0) for ident in wanted):
                    return one.number + 1
            last = self._last_dropped
            if last is not None and any(ident in last.frame(0) for ident in wanted):
                return last.number + 1
        return 1

    @property
    def last_dropped_parent(self) -> dict[str, Any]:
        """The header of the request that the last message belonged to that is kept no more."""
        with self._lock:
            last = self._last_dropped
        parent: dict[str, Any] = json.loads(last.frame(1)) if last is not None else {}
        return parent

    def lost_of(self, session: str) -> tuple[int, dict[str, Any]]:
        """Return how many messages of a client session are kept no more, and the last one's request."""
        with self._lock:
            return self._lost.of(session)

    def since(self, start: int) -> tuple[list[Kept], int]:
        """Return what is kept from `start` on, and how many from there on are kept no more."""
        with self._lock:
            kept = [one for one in (*self._ends, *self._kept) if one.number >= start]
            oldest = self._count - len(self._kept) + 1
            lost = max(0, oldest - start) - sum(1 for one in kept if one.number < oldest)
            return kept, lost


class Replay:
    """Records what the kernel sends, and answers a gateway that asks for it."""

    def __init__(self, app: Any, most_bytes: int) -> None:
        """Begin to record. `app` is ipykernel's application, which has sent nothing that counts yet."""
        self._outputs = Memory(most_bytes)
        self._answers = Memory(ANSWERS_BYTES)
        self._session = app.session
        self._thread = app.iopub_thread
        self._publisher = Publisher(self._thread, lambda: self._outputs.next_number)
        self._pipe_to_parent = self._thread._really_send
        self._serialize = app.session.serialize
        # They are looked up on the instance for each message: ipykernel offers no seam.
        self._thread._really_send = self._publish
        Gate(self._thread)
        app.session.serialize = self._answer

    def mark(self, request: dict[str, object]) -> object:
        """Publish a mark: whoever receives it receives all that is published behind it."""
        token = str(request["token"])
        self._thread.schedule(lambda: self._publisher.mark(token))
        return {}

    def outputs(self, request: dict[str, object]) -> object:
        """Return a page of what was published from `start`, or behind the messages `after`, up to `before`.

        `lost` counts those that should be there and are kept no more; `next` begins the next page, or is 0.
        """
        after, before = _texts(request["after"]), int(str(request["before"]))
        start = int(str(request["start"])) or self._outputs.after(after)
        kept, lost = self._outputs.since(start)
        # Who has nothing yet was waiting only for what it had asked for.
        own = b"" if after else b'"%s"' % str(request["session"]).encode()
        wanted = [one for one in kept if one.number < before and own in one.frame(1)]
        page = _page(wanted)
        more = wanted[len(page)].number if len(page) < len(wanted) else 0
        gap, lost_in = min(lost, before - start), self._outputs.last_dropped_parent
        if not after:
            is_first = not int(str(request["start"]))
            gap, lost_in = self._outputs.lost_of(str(request["session"])) if is_first else (0, {})
        return {
            "messages": [_as_json(one) for one in page],
            "next": more,
            "lost": gap,
            "lost_in": lost_in if gap else {},
        }

    def answers(self, request: dict[str, object]) -> object:
        """Return the answers to a client's session that came behind the messages `after`."""
        session = str(request["session"]).encode()
        kept, _ = self._answers.since(self._answers.after(_texts(request["after"])))
        return {"messages": [_as_json(one) for one in kept if one.frames[0] == session]}

    def _publish(self, frames: Any, *arguments: Any, **options: Any) -> None:
        if not self._thread._is_master_process():
            # A forked child's output goes to its parent first, which publishes it.
            self._pipe_to_parent(frames, *arguments, **options)
            return
        if sum(memoryview(part).nbytes for part in frames) > LARGEST_BYTES:
            frames = left_out(self._session, frames)
        self._publisher.send(self._outputs.add("iopub", frames), frames, *arguments, **options)

    def _answer(self, message: dict[str, Any], ident: Any = None) -> Any:
        frames = self._serialize(message, ident)
        channel = ANSWERS.get(message["header"]["msg_type"])
        if channel is not None:
            self._answers.add(channel, frames)
        return frames


def _page(wanted: list[Kept]) -> list[Kept]:
    """The first of them, about as many as PAGE_BYTES hold."""
    page, size = [], 0
    for one in wanted:
        if size > PAGE_BYTES:
            break
        size += one.size
        page.append(one)
    return page


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _as_json(one: Kept) -> dict[str, object]:
    return {"channel": one.channel, "frames": [base64.b64encode(part).decode() for part in one.frames]}
