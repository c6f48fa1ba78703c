"""The cluster, its queues and nodes, out of the mirror."""

from kubeyard_client.messages.cluster import Cluster, NodeList, QueueList

from kubeyard_api.handling import Call, handles
from kubeyard_api.storage.snapshots import read_snapshot


@handles("show-cluster")
def show_cluster(call: Call) -> Cluster:
    """Sums over the whole cluster, with how fresh they are."""
    with call.parts.database.reading() as session:
        return read_snapshot(session, "cluster", Cluster)


@handles("list-queues")
def list_queues(call: Call) -> QueueList:
    """The queues, and the one for who names none."""
    own = call.parts.settings.api_default_queue
    with call.parts.database.reading() as session:
        return read_snapshot(session, "queues", QueueList).model_copy(update={"default_queue": own})


@handles("list-nodes")
def list_nodes(call: Call) -> NodeList:
    """The nodes."""
    with call.parts.database.reading() as session:
        return read_snapshot(session, "nodes", NodeList)
