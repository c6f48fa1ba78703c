"""The machine that measured, and how busy others keep it."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil


def description() -> str:
    """Cores, memory, processor and day, for the head of a table."""
    memory_gib = psutil.virtual_memory().total / 2**30
    day = datetime.now(UTC).date().isoformat()
    cores = f"{os.cpu_count()} cores, {memory_gib:.0f} GiB memory, {_processor()}"
    return f"{cores}, {day}, load {load()} at the end"


def load() -> str:
    """The load averages of 1 and 15 minutes."""
    one, _, fifteen = os.getloadavg()
    return f"{one:.1f} (15 min {fifteen:.1f})"


def wait_until_quiet(limit_seconds: float = 60) -> bool:
    """Wait until three quarters of the processors idle; says whether they did within the limit."""
    deadline = time.monotonic() + limit_seconds
    while time.monotonic() < deadline:
        if psutil.cpu_percent(interval=1.5) < 25:
            return True
    return False


def memory_mb(root: psutil.Process) -> int:
    """The proportional set size of a process and all that descends from it, shared pages counted once."""
    total = 0
    for process in (root, *root.children(recursive=True)):
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total >> 20


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"
