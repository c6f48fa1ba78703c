"""Who holds what, as YARN has it at this moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from kubeyard_kernelspecs import KernelSpec
from kubeyard_kernelspecs.container_sizes import driver_container_mb, executor_container_mb
from kubeyard_yarn.applications import Application


@dataclass(frozen=True)
class Need:
    """Kernels, and the memory and cores of their containers."""

    kernels: int = 0
    memory_mb: int = 0
    cores: int = 0

    def __add__(self, other: "Need") -> "Need":
        """Return both together."""
        return Need(self.kernels + other.kernels, self.memory_mb + other.memory_mb, self.cores + other.cores)


@dataclass(frozen=True)
class Holding:
    """One kernel, running or on its way, and what it holds."""

    user: str
    name: str
    need: Need
    # Empty while it is on its way.
    kernel_id: str = ""
    started_at: datetime | None = None


def need_of(spec: KernelSpec) -> Need:
    """Return what a new kernel takes: its driver's container, and one executor where it uses any."""
    memory_mb, cores = driver_container_mb(spec), 1
    if spec.executors:
        memory_mb, cores = memory_mb + executor_container_mb(spec), cores + spec.executor_cores
    return Need(1, memory_mb, cores)


def holding_from(application: Application, planned: Callable[[str], Need | None]) -> Holding:
    """Return what `application` holds; before it has a container, what its kernelspec asks for.

    `planned` answers for the name of a kernelspec, with None for one that is gone.
    """
    need = Need(1, application.memory_mb, application.vcores)
    if not application.memory_mb:
        need = planned(application.tagged("kernelspec") or "") or need
    return Holding(
        user=application.tagged("user") or application.owner,
        name=application.name,
        need=need,
        kernel_id=application.tagged("kernel") or "",
        started_at=application.started_at,
    )


def total(holdings: Iterable[Holding]) -> Need:
    """Return the sum."""
    return sum((holding.need for holding in holdings), Need())
