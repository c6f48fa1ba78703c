"""A kernel's messages as the frames that they travel in, and as the kernel hands over what it kept."""

import base64
from collections.abc import Callable
from typing import Any

DELIMITER = b"<IDS|MSG>"
MARK_TOPIC = b"kubeyard.mark"
NUMBER = b"kubeyard.number:"

# Of the answers to a client the kernel keeps these only.
KEPT_ANSWERS = (b'"execute_reply"', b'"input_request"')
WELCOME = b'"iopub_welcome"'

Frames = list[bytes]
# Asks a kernel on its control port, by the question's name.
Ask = Callable[..., Any]
Tell = Callable[[str, dict[str, Any]], None]


def header_of(frames: Frames) -> bytes:
    """Return the frame with the message's id."""
    return frames[frames.index(DELIMITER) + 2]


def is_kept_answer(frames: Frames) -> bool:
    """Return whether the message is an answer that its kernel keeps for clients that were away."""
    header = header_of(frames)
    return any(kind in header for kind in KEPT_ANSWERS)


def number_of(frames: Frames) -> int | None:
    """Return which of all that its kernel published this one is; kernels of an older platform do not say."""
    index = frames.index(DELIMITER) - 1
    if index < 0 or not frames[index].startswith(NUMBER):
        return None
    return int(frames[index].removeprefix(NUMBER))


def messages_of(page: dict[str, Any]) -> list[tuple[str, Frames]]:
    """Return the messages of a kernel's answer, each with its channel."""
    return [
        (str(one["channel"]), [base64.b64decode(part) for part in one["frames"]]) for one in page["messages"]
    ]


def words_for_lost(count: int) -> str:
    """Return the line that stands where output is missing."""
    return (
        f"[{count:,} earlier messages of output are missing here: more was written while the notebook was "
        "away, or slow to take it, than its kernel keeps]"
    )
