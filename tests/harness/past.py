"""A past of the cluster, written as the poller writes it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from kubeyard_api.storage.database import Database
from kubeyard_api.storage.samples import record_look
from kubeyard_client.messages.cluster import Amount, Cluster

GIB_MB = 1024


def look(used_gib: float, pending_gib: float = 0, total_gib: float = 8) -> Cluster:
    """A cluster with a core for each GiB."""
    used, pending, total = (int(amount * GIB_MB) for amount in (used_gib, pending_gib, total_gib))
    return Cluster(
        memory_mb=Amount(used=used, pending=pending, total=total),
        vcores=Amount(used=int(used_gib), pending=int(pending_gib), total=int(total_gib)),
    )


def record_past(database: Database, now: datetime, seconds_ago: Iterable[int], seen: Cluster) -> None:
    """Let the cluster have been seen so at these moments."""
    with database.writing() as session:
        for ago in seconds_ago:
            record_look(session, seen, now - timedelta(seconds=ago))
