"""The cluster's past."""

from kubeyard_client.endpoints.endpoint import Auth, Endpoint
from kubeyard_client.messages.history import ClusterHistory, HistoryQuery

ENDPOINTS = (
    Endpoint(
        "show-cluster-history",
        "GET",
        "/cluster/history",
        Auth.SIGNED_IN,
        HistoryQuery,
        ClusterHistory,
        "Memory and cores used, waited for and there at all, over the last hour, day or week",
    ),
)
