"""The caller's place in HDFS."""

from kubeyard_client.endpoints.endpoint import Auth, Endpoint
from kubeyard_client.messages.errors import ErrorCode
from kubeyard_client.messages.home import Home

ENDPOINTS = (
    Endpoint(
        "ensure-home",
        "PUT",
        "/me/home",
        Auth.SIGNED_IN,
        None,
        Home,
        "Make the caller's HDFS home if it is not there yet",
        errors=(ErrorCode.CLUSTER_REFUSED, ErrorCode.CLUSTER_UNREACHABLE),
    ),
)
