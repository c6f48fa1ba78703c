"""The cluster as a whole: what it is, what it has and what is taken, and its nodes."""

from dataclasses import dataclass
from datetime import datetime

from kubeyard_yarn.shapes import Json, child, moment, text, whole


@dataclass(frozen=True)
class ClusterInfo:
    """Which ResourceManager answers, since when, and whether it is the one in charge."""

    id: str
    version: str
    state: str
    ha_state: str
    started_at: datetime | None

    @property
    def is_active(self) -> bool:
        """Whether this member of a pair, or this only one, is in charge and started."""
        return self.state == "STARTED" and self.ha_state in ("ACTIVE", "")


@dataclass(frozen=True)
class ClusterMetrics:
    """Sums over the whole cluster."""

    memory_total_mb: int
    memory_used_mb: int
    memory_available_mb: int
    memory_reserved_mb: int
    memory_pending_mb: int
    vcores_total: int
    vcores_used: int
    vcores_available: int
    vcores_reserved: int
    vcores_pending: int
    containers_running: int
    containers_pending: int
    nodes_active: int
    nodes_lost: int
    nodes_unhealthy: int
    nodes_decommissioned: int
    applications_running: int
    applications_pending: int


@dataclass(frozen=True)
class Node:
    """One NodeManager."""

    id: str
    host: str
    http_address: str
    rack: str
    state: str
    version: str
    health_report: str
    containers: int
    memory_used_mb: int
    memory_total_mb: int
    vcores_used: int
    vcores_total: int
    last_seen_at: datetime | None


def info_from(answer: Json) -> ClusterInfo:
    """Read `info`."""
    row = child(answer, "clusterInfo")
    return ClusterInfo(
        id=text(row, "id"),
        version=text(row, "resourceManagerVersion"),
        state=text(row, "state"),
        ha_state=text(row, "haState"),
        started_at=moment(row, "startedOn"),
    )


def metrics_from(answer: Json) -> ClusterMetrics:
    """Read `metrics`; 2.x does not tell of pending memory and cores, which read 0 there."""
    row = child(answer, "clusterMetrics")
    return ClusterMetrics(
        memory_total_mb=whole(row, "totalMB"),
        memory_used_mb=whole(row, "allocatedMB"),
        memory_available_mb=whole(row, "availableMB"),
        memory_reserved_mb=whole(row, "reservedMB"),
        memory_pending_mb=whole(row, "pendingMB"),
        vcores_total=whole(row, "totalVirtualCores"),
        vcores_used=whole(row, "allocatedVirtualCores"),
        vcores_available=whole(row, "availableVirtualCores"),
        vcores_reserved=whole(row, "reservedVirtualCores"),
        vcores_pending=whole(row, "pendingVirtualCores"),
        containers_running=whole(row, "containersAllocated"),
        containers_pending=whole(row, "containersPending"),
        nodes_active=whole(row, "activeNodes"),
        nodes_lost=whole(row, "lostNodes"),
        nodes_unhealthy=whole(row, "unhealthyNodes"),
        nodes_decommissioned=whole(row, "decommissionedNodes"),
        applications_running=whole(row, "appsRunning"),
        applications_pending=whole(row, "appsPending"),
    )


def node_from(row: Json) -> Node:
    """Read one of `nodes`."""
    memory_used_mb, vcores_used = whole(row, "usedMemoryMB"), whole(row, "usedVirtualCores")
    return Node(
        id=text(row, "id"),
        host=text(row, "nodeHostName"),
        http_address=text(row, "nodeHTTPAddress"),
        rack=text(row, "rack"),
        state=text(row, "state"),
        version=text(row, "version"),
        health_report=text(row, "healthReport"),
        containers=whole(row, "numContainers"),
        memory_used_mb=memory_used_mb,
        memory_total_mb=memory_used_mb + whole(row, "availMemoryMB"),
        vcores_used=vcores_used,
        vcores_total=vcores_used + whole(row, "availableVirtualCores"),
        last_seen_at=moment(row, "lastHealthUpdate"),
    )
