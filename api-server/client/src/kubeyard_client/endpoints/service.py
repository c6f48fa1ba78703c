"""How the service itself is, and what it offers. Open to everybody: monitoring has no token."""

from kubeyard_client.endpoints.endpoint import Auth, Endpoint, Media
from kubeyard_client.messages.service import Health, Readiness

ENDPOINTS = (
    Endpoint("healthz", "GET", "/healthz", Auth.PUBLIC, None, Health, "The process is alive", prefix=""),
    Endpoint("readyz", "GET", "/readyz", Auth.PUBLIC, None, Readiness, "What it needs is there", prefix=""),
    Endpoint(
        "metrics",
        "GET",
        "/metrics",
        Auth.PUBLIC,
        None,
        None,
        "Prometheus metrics",
        media=Media.TEXT,
        prefix="",
    ),
    Endpoint("openapi", "GET", "/openapi.json", Auth.PUBLIC, None, None, "This document"),
)
