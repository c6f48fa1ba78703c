"""The cluster in the words of the API."""

from kubeyard_client.messages.cluster import Amount, Cluster, Node, NodeList, Queue, QueueList
from kubeyard_yarn.resource_manager import ResourceManager


def ask_cluster(resource_manager: ResourceManager) -> Cluster:
    """Sums over the whole cluster, as YARN tells them now."""
    told = resource_manager.metrics()
    return Cluster(
        memory_mb=Amount(
            used=told.memory_used_mb,
            reserved=told.memory_reserved_mb,
            pending=told.memory_pending_mb,
            total=told.memory_total_mb,
        ),
        vcores=Amount(
            used=told.vcores_used,
            reserved=told.vcores_reserved,
            pending=told.vcores_pending,
            total=told.vcores_total,
        ),
        nodes_active=told.nodes_active,
        nodes_lost=told.nodes_lost,
        nodes_unhealthy=told.nodes_unhealthy,
        applications_running=told.applications_running,
        applications_pending=told.applications_pending,
        containers_running=told.containers_running,
        containers_pending=told.containers_pending,
    )


def ask_queues(resource_manager: ResourceManager) -> QueueList:
    """The queues, as YARN tells them now."""
    return QueueList(
        queues=tuple(Queue.model_validate(queue, from_attributes=True) for queue in resource_manager.queues())
    )


def ask_nodes(resource_manager: ResourceManager) -> NodeList:
    """The nodes, as YARN tells them now."""
    return NodeList(
        nodes=tuple(Node.model_validate(node, from_attributes=True) for node in resource_manager.nodes())
    )
