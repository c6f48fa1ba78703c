"""What a notebook is told of its kernel's end: below the cell that was running, and where it is saved."""

from typing import Any

from kubeyard_yarn.reasons import Reason

ERROR_NAME = "KernelDied"
RESTARTED = "KernelRestarted"
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


def restart_words(by: str, *, cell_runs: bool) -> list[tuple[str, str, dict[str, Any]]]:
    """Return channel, type and content of what tells a notebook that `by` has restarted its kernel.

    A running cell ends with it: its notebook would wait for ever, since the kernel that ran it is no more.
    """
    what = f"The kernel was restarted by {by}. Its variables are gone."
    if not cell_runs:
        return [("iopub", "stream", {"name": "stderr", "text": f"{what}\n"})]
    error = {
        "ename": RESTARTED,
        "evalue": what,
        "traceback": [f"{_RED}{RESTARTED}{_PLAIN}: {what}"],
    }
    return [
        ("iopub", "error", error),
        ("shell", "execute_reply", {"status": "error", "execution_count": None, **error}),
        ("iopub", "status", {"execution_state": "idle"}),
    ]
