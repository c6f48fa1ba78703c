"""How each service is: what the supervisor says, what its own address answers, and what it takes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psutil

from kubeyard_local.service import Service
from kubeyard_local.supervision import ProcessState, Supervisor


@dataclass(frozen=True)
class View:
    """One service at this moment; `reason` says why it cannot be used, if it cannot."""

    service: Service
    state: ProcessState
    reason: str | None

    @property
    def is_ready(self) -> bool:
        return self.state.is_running and self.reason is None


def look(services: Sequence[Service], supervisor: Supervisor) -> list[View]:
    """Ask all of them at once."""
    states = supervisor.states()

    def view(service: Service) -> View:
        state = states[service.name]
        return View(service, state, service.ready() if state.is_running else state.message)

    with ThreadPoolExecutor(max(1, len(services))) as pool:
        return list(pool.map(view, services))


def memory_mb(pid: int) -> int:
    """The proportional memory of a process and all that descends from it."""
    try:
        process = psutil.Process(pid)
        members = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    return sum(_own_memory(member) for member in members) >> 20


def _own_memory(process: psutil.Process) -> int:
    """Shared pages count for each sharer by its part; only their owner and root may ask for that."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
