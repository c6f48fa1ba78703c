"""The processes that belong to one platform, found by what they carry, not by who started them.

Found are services that outlived their supervisor, YARN's containers (which lie in the NodeManager's folders)
and Labs (which run out of the platform's environments), with all that descends from them. A person's own
programs that merely read a log or have KUBEYARD_HOME set are left alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from kubeyard_local.layout import Layout

GRACE_SECONDS = 8
OUR_COMMAND = "kubeyard_local"


@dataclass(frozen=True)
class Ended:
    """A process that had to be ended."""

    pid: int
    name: str


def find(layout: Layout) -> list[psutil.Process]:
    """Every process of this platform but this command itself and what it descends from."""
    own = {parent.pid for parent in psutil.Process().parents()} | {psutil.Process().pid}
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        if process.pid not in own and belongs(process, layout):
            for member in (process, *_descendants(process)):
                found[member.pid] = member
    return [process for pid, process in found.items() if pid not in own]


def _descendants(process: psutil.Process) -> Iterable[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return ()


def belongs(process: psutil.Process, layout: Layout) -> bool:
    """Whether the process itself, apart from its parents, shows that it is of this platform."""
    try:
        command = process.cmdline()
        if not command or OUR_COMMAND in command:
            return False
        if command[0].startswith(f"{layout.venvs}/"):
            return True
        folder = process.cwd()
        if folder.startswith((f"{layout.hadoop}/", f"{layout.labs}/")) and not process.terminal():
            return True
        environment = process.environ()
    except (psutil.Error, OSError):
        return False
    return environment.get("KUBEYARD_HOME") == str(layout.home) and "KUBEYARD_SERVICE" in environment


def end(processes: list[psutil.Process]) -> list[Ended]:
    """End these, first politely; returns those that there were."""
    ended = []
    for process in processes:
        try:
            ended.append(Ended(process.pid, process.name()))
            process.terminate()
        except psutil.Error:
            continue
    _, alive = psutil.wait_procs(processes, timeout=GRACE_SECONDS)
    for process in alive:
        try:
            process.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(alive, timeout=GRACE_SECONDS)
    return ended
