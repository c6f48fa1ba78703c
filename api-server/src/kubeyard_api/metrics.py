"""What this process counts for Prometheus. No label holds a user's name or an id: /metrics is open."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "kubeyard_api_requests",
            "Requests by endpoint and status",
            ["endpoint", "status"],
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "kubeyard_api_request_seconds",
            "Time to an answer (streams: to their first byte)",
            ["endpoint"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.streams = Gauge(
            "kubeyard_api_streams", "Open streams of events and logs", registry=self.registry
        )
        self.cluster_reachable = Gauge(
            "kubeyard_api_cluster_reachable", "1 while the ResourceManager answers", registry=self.registry
        )
        self.build_worker_healthy = Gauge(
            "kubeyard_api_build_worker_healthy",
            "1 while a build worker shows that it lives",
            registry=self.registry,
        )
        self.poll_seconds = Histogram(
            "kubeyard_api_poll_seconds", "Time to mirror YARN once", buckets=SECONDS, registry=self.registry
        )
        self.applications_active = Gauge(
            "kubeyard_api_applications_active", "Applications that have not ended", registry=self.registry
        )

    def text(self) -> str:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry).decode()
