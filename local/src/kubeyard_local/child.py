"""Runs a program to its end for a step: its output goes to a log, its last lines into the message."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from kubeyard_local.problem import Problem

LAST_LINES = 15
# The kernel ends the child when we die, even by kill -9: nothing goes on behind the next start's back.
DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM", "--")


def run(
    what: str,
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    folder: Path | None = None,
    timeout_seconds: int = 900,
) -> None:
    """Run `command`; raises Problem with the end of its output if it fails or takes too long.

    Where it changes its account, DIES_WITH_US must stand behind that change too, which would undo it.
    """
    with log.open("ab") as output:
        began = output.tell()
        output.write(f"\n== {what}\n".encode())
        output.flush()
        try:
            code = subprocess.run(
                (*DIES_WITH_US, *command),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=dict(environment),
                cwd=folder,
                timeout=timeout_seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired as error:
            raise Problem(f"{what}: no end within {timeout_seconds} s. Its output: {log}") from error
    if code:
        raise Problem(f"{what} failed (exit {code}). Its output in {log} ends with:\n{tail(log, began)}")


def tail(log: Path, since: int = 0, lines: int = LAST_LINES) -> str:
    """The last lines of a log, from the byte `since` on."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(since, size - 65536))
            text = file.read().decode(errors="replace")
    except OSError as error:
        return f"    ({error.strerror})"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
