"""The cluster's past."""

from kubeyard_client.messages.history import ClusterHistory, HistoryQuery

from kubeyard_api.handling import Call, handles
from kubeyard_api.services.history import cluster_history
from kubeyard_api.storage.base import utc_now


@handles("show-cluster-history")
def show_cluster_history(call: Call) -> ClusterHistory:
    """The cluster over a span."""
    seconds_between_looks = call.parts.settings.api_poll_seconds
    return cluster_history(
        call.parts.database, call.asked(HistoryQuery).span, seconds_between_looks, utc_now()
    )
