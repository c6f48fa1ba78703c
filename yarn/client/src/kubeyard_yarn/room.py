"""Whether the cluster has memory to spare, and whether anybody waits for it."""

from dataclasses import dataclass

from kubeyard_yarn.cluster import ClusterMetrics
from kubeyard_yarn.resource_manager import ResourceManager


@dataclass(frozen=True)
class Pressure:
    """What others wait for at one moment."""

    pending_mb: int
    available_mb: int
    applications_waiting: int

    @property
    def lacking_mb(self) -> int:
        """The memory that is asked for and not there; 0 while what is free is enough."""
        return max(0, self.pending_mb - self.available_mb)

    @property
    def somebody_waits(self) -> bool:
        """Whether anything is asked for: that is usual for a moment, and pressure when it lasts."""
        return self.pending_mb > 0 or self.applications_waiting > 0


def pressure(resource_manager: ResourceManager) -> Pressure:
    """Return who waits now; one request. Raises YarnError."""
    return _pressure_of(resource_manager.metrics())


def free_mb(resource_manager: ResourceManager, queue: str) -> int:
    """Return the memory that `queue` could still take; three requests.

    What is asked for already counts as taken. Raises YarnError; a queue that is not there has none.
    """
    found = next((each for each in resource_manager.queues() if queue in (each.name, each.path)), None)
    if found is None or not found.is_open:
        return 0
    now = _pressure_of(resource_manager.metrics())
    return max(0, min(now.available_mb - now.pending_mb, found.limit_memory_mb - found.memory_used_mb))


def _pressure_of(metrics: ClusterMetrics) -> Pressure:
    return Pressure(metrics.memory_pending_mb, metrics.memory_available_mb, metrics.applications_pending)
