"""What this machine has: memory, cores, Java, and how much of it YARN may hand out."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

PLATFORM_MEMORY_MB = 4608
YARN_MEMORY_MB = (2048, 12288)
VCORES_PER_CORE = 4
JAVA = "17"


def memory_mb() -> int:
    """The machine's memory, or this container's share of it where that is less."""
    total = psutil.virtual_memory().total
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            total = min(total, int(limit.read_text()))
        except (OSError, ValueError):  # no such controller, or "max"
            continue
    return int(total) >> 20


def cores() -> int:
    return len(os.sched_getaffinity(0))


def yarn_memory_mb(total_mb: int) -> int:
    """What YARN may hand out: the rest beside the platform, in steps of 256 MB so that it does not waver."""
    least, most = YARN_MEMORY_MB
    return max(least, min(most, (total_mb - PLATFORM_MEMORY_MB) // 256 * 256))


def java_home(environment: Mapping[str, str]) -> Path | None:
    """The first folder that holds Java 17: the settings', the PATH's, the distribution's."""
    return next((home for home in _java_candidates(environment) if _is_java(home)), None)


def _java_candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    for setting in ("KUBEYARD_JAVA_HOME", "JAVA_HOME"):
        if environment.get(setting):
            yield Path(environment[setting])
    for folder in environment.get("PATH", "").split(os.pathsep):
        java = Path(folder) / "java"
        if folder and java.exists():
            yield java.resolve().parent.parent
    yield from sorted(Path("/usr/lib/jvm").glob("*"))


def _is_java(home: Path) -> bool:
    try:
        release = (home / "release").read_text()
    except OSError:
        return False
    found = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
    return found is not None and found[1] == JAVA and os.access(home / "bin" / "java", os.X_OK)
