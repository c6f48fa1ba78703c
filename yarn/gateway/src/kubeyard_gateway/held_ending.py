"""How a kernel ends its cell on its way out of a restart, held back: the restart is what ended it."""

import json
from typing import Any

from kubeyard_gateway.kernel_messages import DELIMITER, Frames

# What makes a notebook take a cell for ended.
ENDING = {"error", "execute_reply", "status"}


class HeldEnding:
    """Keeps the messages that end one cell, in the order in which they came.

    The first error and the first answer are the cell's for ever: a notebook that has taken the kernel's own
    (an interrupt, by which each kernel is asked to go) never shows that it was restarted.
    """

    def __init__(self, cell: dict[str, Any]) -> None:
        """`cell` is the header of the cell's message."""
        self._cell = cell["msg_id"]
        self.messages: list[tuple[Any, Frames]] = []

    def takes(self, stream: Any, frames: Frames) -> bool:
        """Return whether the message, which came by `stream`, ends the cell; it is kept then."""
        header, parent = (json.loads(frames[frames.index(DELIMITER) + place]) for place in (2, 3))
        if header["msg_type"] not in ENDING or parent.get("msg_id") != self._cell:
            return False
        self.messages.append((stream, frames))
        return True
