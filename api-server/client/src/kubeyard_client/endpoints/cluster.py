"""The cluster as a whole."""

from kubeyard_client.endpoints.endpoint import Auth, Endpoint
from kubeyard_client.messages.cluster import Cluster, NodeList, QueueList

ENDPOINTS = (
    Endpoint(
        "show-cluster",
        "GET",
        "/cluster",
        Auth.SIGNED_IN,
        None,
        Cluster,
        "Memory, cores, nodes, and how fresh this is",
    ),
    Endpoint(
        "list-queues", "GET", "/queues", Auth.SIGNED_IN, None, QueueList, "The queues and what they use"
    ),
    Endpoint("list-nodes", "GET", "/nodes", Auth.SIGNED_IN, None, NodeList, "The nodes and what they use"),
)
