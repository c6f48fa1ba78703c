"""Counters and times for Prometheus, in a registry of the application's own."""

import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from kubeyard_web.logs import QUIET_ENDPOINTS


class Metrics:
    """What the web UI counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "kubeyard_web_requests",
            "Requests answered.",
            ["method", "endpoint", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "kubeyard_web_request_seconds", "Time to answer a request.", ["endpoint"], registry=self.registry
        )
        self.logins = Counter(
            "kubeyard_web_logins", "Attempts to log in.", ["outcome"], registry=self.registry
        )
        self.exchanges = Counter(
            "kubeyard_web_token_exchanges",
            "Hub tokens exchanged or refused.",
            ["outcome"],
            registry=self.registry,
        )

    def text(self) -> bytes:
        """All of them in Prometheus' own format."""
        return generate_latest(self.registry)


def register_metrics(app: Flask, metrics: Metrics) -> None:
    """Count every request by its endpoint (never by its path, of which there is no end)."""

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        metrics.requests.labels(request.method, endpoint, str(response.status_code)).inc()
        if endpoint not in QUIET_ENDPOINTS and "began" in g:
            metrics.seconds.labels(endpoint).observe(time.perf_counter() - g.began)
        return response
