"""The capacity scheduler's queues, its tree made a list."""

from collections.abc import Iterator
from dataclasses import dataclass

from kubeyard_yarn.shapes import Json, child, number, rows, text, whole


@dataclass(frozen=True)
class Queue:
    """One queue; percentages are of the whole cluster, parents come before their children."""

    path: str
    name: str
    parent: str | None
    is_leaf: bool
    state: str
    guaranteed_percent: float
    limit_percent: float
    used_percent: float
    guaranteed_memory_mb: int
    limit_memory_mb: int
    memory_used_mb: int
    vcores_used: int
    applications_running: int
    applications_pending: int
    containers_running: int
    containers_pending: int

    @property
    def is_open(self) -> bool:
        """Whether the queue takes new applications."""
        return self.state == "RUNNING"


def queues_from(answer: Json, cluster_memory_mb: int) -> list[Queue]:
    """Read `scheduler`; guarantees in MB come from the percentages where a version does not tell them.

    Raises ValueError, with its type, for another scheduler than the capacity scheduler.
    """
    root = child(answer, "scheduler", "schedulerInfo")
    if text(root, "type") != "capacityScheduler":
        raise ValueError(text(root, "type") or "none")
    return list(_walk(root, None, cluster_memory_mb))


def _walk(row: Json, parent: str | None, cluster_memory_mb: int) -> Iterator[Queue]:
    name = text(row, "queueName") or "root"
    path = text(row, "queuePath") or (f"{parent}.{name}" if parent else name)
    below = [queue for each in rows(row, "queues", "queue") for queue in _walk(each, path, cluster_memory_mb)]
    yield _queue(row, path, parent, [queue for queue in below if queue.parent == path], cluster_memory_mb)
    yield from below


def _queue(row: Json, path: str, parent: str | None, children: list[Queue], cluster_memory_mb: int) -> Queue:
    # The root's own share is the whole cluster, and it tells no absolute one.
    guaranteed = number(row, "absoluteCapacity" if parent else "capacity")
    limit = number(row, "absoluteMaxCapacity" if parent else "maxCapacity")
    used = child(row, "resourcesUsed")
    return Queue(
        path=path,
        name=path.rpartition(".")[2],
        parent=parent,
        is_leaf=not children,
        # The root has no state of its own; it cannot be stopped.
        state=text(row, "state") or "RUNNING",
        guaranteed_percent=guaranteed,
        limit_percent=limit,
        used_percent=number(row, "absoluteUsedCapacity" if parent else "usedCapacity"),
        guaranteed_memory_mb=whole(child(row, "minEffectiveCapacity"), "memory")
        or round(cluster_memory_mb * guaranteed / 100),
        limit_memory_mb=whole(child(row, "maxEffectiveCapacity"), "memory")
        or round(cluster_memory_mb * limit / 100),
        memory_used_mb=whole(used, "memory") or sum(queue.memory_used_mb for queue in children),
        vcores_used=whole(used, "vCores") or sum(queue.vcores_used for queue in children),
        applications_running=whole(row, "numActiveApplications")
        or sum(queue.applications_running for queue in children),
        applications_pending=whole(row, "numPendingApplications")
        or sum(queue.applications_pending for queue in children),
        containers_running=whole(row, "allocatedContainers")
        or sum(queue.containers_running for queue in children),
        containers_pending=whole(row, "pendingContainers")
        or sum(queue.containers_pending for queue in children),
    )
