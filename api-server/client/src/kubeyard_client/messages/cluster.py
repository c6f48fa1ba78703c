"""The cluster, its queues and its nodes, as last seen."""

from datetime import datetime

from pydantic import Field

from kubeyard_client.messages.base import Message


class Seen(Message):
    """How fresh an answer is. When the cluster is out of reach, the last known state stays, dated."""

    as_of: datetime | None = None
    reachable: bool = False
    reason: str = ""
    version: int = 0


class Amount(Message):
    """How much of one resource is in use, held back, waited for, and there at all."""

    used: int = 0
    reserved: int = 0
    pending: int = 0
    total: int = 0


class Cluster(Seen):
    """Sums over the whole cluster."""

    memory_mb: Amount = Amount()
    vcores: Amount = Amount()
    nodes_active: int = 0
    nodes_lost: int = 0
    nodes_unhealthy: int = 0
    applications_running: int = 0
    applications_pending: int = 0
    containers_running: int = 0
    containers_pending: int = 0


class Queue(Message):
    """One queue; percentages are of the whole cluster."""

    path: str
    name: str
    parent: str | None
    is_leaf: bool
    is_open: bool
    guaranteed_percent: float
    limit_percent: float
    used_percent: float
    guaranteed_memory_mb: int
    limit_memory_mb: int
    memory_used_mb: int
    vcores_used: int
    applications_running: int
    applications_pending: int


class QueueList(Seen):
    """The queues, parents before their children."""

    queues: tuple[Queue, ...] = ()
    default_queue: str = Field(default="", description="That of environments which name none")


class Node(Message):
    """One node that runs containers."""

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


class NodeList(Seen):
    """The nodes."""

    nodes: tuple[Node, ...] = ()
