"""The health of all that stands behind this service, for administrators."""

from kubeyard_client.endpoints.endpoint import Auth, Endpoint
from kubeyard_client.messages.platform import Platform

ENDPOINTS = (
    Endpoint(
        "show-platform",
        "GET",
        "/platform",
        Auth.ADMIN,
        None,
        Platform,
        "Every part of the platform on the edge and in Hadoop: whether it works, and why not",
    ),
)
