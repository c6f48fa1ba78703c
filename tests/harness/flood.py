"""A cell that prints more than what lies between it and its reader can hold, and what can be seen of it."""

from pathlib import Path

from harness.waiting import wait_until

MB = 1_000_000
# Told the file that says how far it is, how many lines, and how long they are.
FLOOD = """
told = open({0!r}, 'w')
for i in range({1}):
    print('line', i, 'x' * {2}, flush=True)
    told.seek(0); told.write(str(i)); told.flush()
"""


def numbers(text: str) -> list[int]:
    """Which lines of the flood have come."""
    return [int(line.split()[1]) for line in text.splitlines() if line.startswith("line ")]


def messages_missing(text: str) -> list[int]:
    """How many messages are missing, as each line says that stands in their place."""
    told = [line for line in text.splitlines() if "messages of output are missing here" in line]
    return [int(line.split()[0].strip("[").replace(",", "")) for line in told]


def until_still(progress: Path, every_seconds: float = 0.5) -> None:
    """Wait until the flood goes no further."""
    seen = [""]

    def is_still() -> bool:
        seen.append(progress.read_text() if progress.exists() else "")
        return bool(seen[-1]) and seen[-1] == seen[-2]

    wait_until(is_still, "the cell waits", 60, every_seconds)


def forget_most_memory(pid: int) -> None:
    """From here on `most_memory` counts anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def most_memory(pid: int) -> int:
    """What the process has held at most since it was last forgotten, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")) // MB
