"""The chip in the top bar: how the cluster is, and how old that knowledge is."""

from dataclasses import dataclass
from datetime import datetime

from kubeyard_client.messages.cluster import Cluster

from kubeyard_web.backend.known import Known
from kubeyard_web.presentation.amounts import plural


@dataclass(frozen=True)
class Health:
    """A word, its colour (good, wait or bad), what it means, and when it was seen."""

    word: str
    tone: str
    explanation: str
    as_of: datetime | None


def health(known: Known[Cluster]) -> Health:
    """Return what the chip says of the last that is known of the cluster."""
    cluster = known.value
    as_of = cluster.as_of if cluster else None
    if known.problem:
        # Since when nobody answers is known only where nobody does.
        word = "API unreachable" if known.since else "API failing"
        return Health(word, "bad", known.problem, as_of)
    if cluster is None or as_of is None:
        return Health("Connecting", "wait", "The cluster has not been seen yet.", None)
    if not cluster.reachable:
        return Health("Cluster unreachable", "bad", cluster.reason or "YARN does not answer.", as_of)
    missing = cluster.nodes_lost + cluster.nodes_unhealthy
    if cluster.nodes_active == 0:
        return Health("No nodes", "bad", "YARN has no node on which anything could run.", as_of)
    if missing:
        return Health(
            f"{plural(missing, 'node')} missing", "wait", "Some nodes are lost or unhealthy.", as_of
        )
    return Health("Cluster healthy", "good", f"{plural(cluster.nodes_active, 'node')} ready.", as_of)
