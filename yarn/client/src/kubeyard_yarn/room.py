"""Whether the cluster has memory to spare, and whether anybody waits for it."""

from dataclasses import dataclass

from kubeyard_yarn.cluster import ClusterMetrics
from kubeyard_yarn.resource_manager import ResourceManager

# What `free_by_queue` asks.
REQUESTS_FOR_FREE = 3


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
    return free_by_queue(resource_manager).get(queue, 0)


def free_by_queue(resource_manager: ResourceManager) -> dict[str, int]:
    """Return the memory that each queue could still take, by its name and by its path; raises YarnError."""
    queues = resource_manager.queues()
    now = _pressure_of(resource_manager.metrics())
    free_mb = now.available_mb - now.pending_mb
    return {
        key: max(0, min(free_mb, queue.limit_memory_mb - queue.memory_used_mb)) if queue.is_open else 0
        for queue in queues
        for key in (queue.path, queue.name)
    }


def _pressure_of(metrics: ClusterMetrics) -> Pressure:
    return Pressure(metrics.memory_pending_mb, metrics.memory_available_mb, metrics.applications_pending)
