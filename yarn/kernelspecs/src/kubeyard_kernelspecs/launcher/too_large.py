"""What is said in the place of an output that is too large for one message."""

import json
from typing import Any

from .publishing import DELIMITER

# Streams are cut into pieces and may be of any size; a picture, a table or a value cannot be.
LARGEST_BYTES = 64 << 20


def left_out(session: Any, frames: list[Any]) -> list[bytes]:
    """Return a line for the cell that `frames` belong to, in their place."""
    start = frames.index(DELIMITER) + 2
    size_mb = sum(memoryview(part).nbytes for part in frames) >> 20
    text = (
        f"[an output of {size_mb:,} MB is left out here: at most {LARGEST_BYTES >> 20} MB can be shown in "
        "one piece. Show less of it, print it, or write it to a file.]\n"
    )
    parent = json.loads(bytes(frames[start + 1]))
    message = session.msg("stream", {"name": "stderr", "text": text}, parent=parent)
    line: list[bytes] = [b"stream.stderr", *session.serialize(message)]
    return line
