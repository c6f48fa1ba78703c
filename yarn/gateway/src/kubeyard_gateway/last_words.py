"""A dead kernel's reason in its notebooks: below the cell that was running, and where it is saved."""

from typing import Any

from kubeyard_yarn.reasons import Reason

ERROR_NAME = "KernelDied"
_RED, _PLAIN = "\x1b[0;31m", "\x1b[0m"


def last_words(reason: Reason, *, cell_runs: bool) -> tuple[str, dict[str, Any]]:
    """Return type and content of the message that tells a notebook why its kernel died.

    Under a running cell it is the cell's error; where none ran, a line below the last one.
    """
    if not cell_runs:
        return "stream", {"name": "stderr", "text": f"The kernel died. {reason.text}\n"}
    return "error", {
        "ename": ERROR_NAME,
        "evalue": reason.what,
        "traceback": [f"{_RED}{ERROR_NAME}{_PLAIN}: {reason.what}", reason.next_step],
    }
