"""First start with empty caches, starts after that, and what the platform takes when it idles."""

import time
from pathlib import Path

from measuring import machine
from measuring.running_platform import RunningPlatform, command
from measuring.table import Row, seconds

_SETTLE_SECONDS = 60


def measure(home: Path, cache: Path, offset: int, again: int) -> list[Row]:
    """Start in a new home with an empty cache, and leave it running."""
    if home.exists() or cache.exists():
        raise SystemExit(f"{home} and {cache} must not exist yet: a first start is to be measured.")
    first = command(home, "start", cache=cache, offset=offset)
    up = [command(home, "start", cache=cache, offset=offset) for _ in range(again)]
    stops, starts = [], []
    for _ in range(again):
        stops.append(command(home, "stop", cache=cache, offset=offset))
        starts.append(command(home, "start", cache=cache, offset=offset))
    return [
        Row("first start, empty caches", seconds([first]), bar="<= 480 s", how="new home and cache, once"),
        Row("start again", seconds(starts), bar="<= 30 s", how=f"min / median / max of {again}"),
        Row("start when already up", seconds(up), bar="<= 2 s", how=f"min / median / max of {again}"),
        Row("stop", seconds(stops), how=f"min / median / max of {again}"),
        _idle_memory(home),
    ]


def _idle_memory(home: Path) -> Row:
    """The sum over all processes, once they have settled."""
    supervisor = RunningPlatform.attach(home).supervisor()
    time.sleep(_SETTLE_SECONDS)
    used = machine.memory_mb(supervisor)
    count = len(supervisor.children(recursive=True)) + 1
    how = f"PSS of all {count} processes, {_SETTLE_SECONDS} s after the start, no Lab and no kernel"
    return Row("idle memory", f"{used / 1024:.2f} GiB", bar="<= 4 GiB", how=how)
