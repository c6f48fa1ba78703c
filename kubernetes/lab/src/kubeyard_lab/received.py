"""What a notebook has received of its kernel, so that after a break it gets the rest, and that once."""

import json
from collections import OrderedDict
from urllib.parse import urlencode

_REMEMBERED = 1000
# Of the answers to a notebook its kernel keeps these only.
_KEPT_ANSWERS = (b'"execute_reply"', b'"input_request"')
# What a new subscriber to the output gets: its kernel keeps none, and could not go on from it.
_WELCOME = b'"iopub_welcome"'


class Received:
    """The newest message of each channel that one notebook was given.

    What was written to a connection that then broke may never have arrived: only what the browser's
    answer to a later ping confirms counts then.
    """

    def __init__(self, session_id: str) -> None:
        """`session_id` is the notebook's own: messages made in its name are not the kernel's."""
        self._own = session_id.encode()
        self._written: dict[str, bytes] = {}
        self._confirmed: dict[str, bytes] = {}
        self._connection: object = None
        self.has_begun = False

    def begin(self, connection: object) -> None:
        """Let a new connection of the browser count from here on, and no older one.

        A browser that comes back may be here before its broken connection is seen to have ended.
        """
        self._connection = connection
        self.break_off()

    def counts(self, connection: object) -> bool:
        """Whether the connection is the browser's newest."""
        return self._connection is connection

    def note(self, message: bytes) -> None:
        """Remember a message, by the v1 protocol, that was written to the browser."""
        channel, header = part_of(message, 0), part_of(message, 1)
        if self._own in header or _WELCOME in header:
            return
        if channel == b"iopub" or any(kind in header for kind in _KEPT_ANSWERS):
            self._written[channel.decode()] = header

    @property
    def is_confirmed(self) -> bool:
        """Whether the browser has all that was written."""
        return self._written == self._confirmed

    @property
    def written(self) -> dict[str, bytes]:
        """All that was written, for `confirm` when the browser has answered."""
        return dict(self._written)

    def confirm(self, written: dict[str, bytes]) -> None:
        """Note that the browser has what was `written` at some time."""
        self._confirmed = written

    def break_off(self) -> None:
        """The connection broke: what was not confirmed is taken for lost."""
        self._written = dict(self._confirmed)

    def query(self) -> str:
        """Return what the gateway is told: nothing by a notebook that is new to its kernel."""
        if not self.has_begun:
            return ""
        ids = [str(json.loads(header)["msg_id"]) for header in self._written.values()]
        return "&" + urlencode([("after", ident) for ident in ids or [""]])


class ReceivedByAll:
    """What each notebook has received; those that were silent longest are forgotten."""

    def __init__(self) -> None:
        self._all: OrderedDict[tuple[str, str], Received] = OrderedDict()

    def of(self, kernel_id: str, session_id: str) -> Received:
        """Return what the session has received of the kernel."""
        key = (kernel_id, session_id)
        found = self._all.setdefault(key, Received(session_id))
        self._all.move_to_end(key)
        if len(self._all) > _REMEMBERED:
            self._all.popitem(last=False)
        return found


def part_of(message: bytes, index: int) -> bytes:
    """Return one part of a message by the v1 protocol without copying the rest, which may be large.

    0 is the channel, 1 the header, 2 the parent's header.
    """
    start, end = (int.from_bytes(message[8 * at : 8 * at + 8], "little") for at in (index + 1, index + 2))
    return message[start:end]
