"""What the gateway counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
KERNELS = Gauge("kubeyard_gateway_kernels", "Kernels in the gateway's list", registry=REGISTRY)
CONNECTIONS = Gauge("kubeyard_gateway_connections", "Open kernel WebSockets", registry=REGISTRY)
STARTS = Counter("kubeyard_gateway_starts", "Kernel starts by result", ["result"], registry=REGISTRY)
WARM = Counter("kubeyard_gateway_warm_starts", "Starts, warm and cold", ["start"], registry=REGISTRY)
SPARES = Gauge("kubeyard_gateway_spares", "Kernels that nobody has taken yet", registry=REGISTRY)
ORPHANS = Counter(
    "kubeyard_gateway_orphans", "Applications ended because their kernel has no record", registry=REGISTRY
)
REFUSED = Counter("kubeyard_gateway_refused", "Starts refused by a limit", registry=REGISTRY)
CULLED = Counter("kubeyard_gateway_culled", "Kernels stopped because nobody used them", registry=REGISTRY)
START_SECONDS = Histogram(
    "kubeyard_gateway_start_seconds",
    "Seconds from the request for a kernel until it answers",
    buckets=(0.5, 1, 1.5, 2, 3, 5, 10, 20, 40, 80, 160),
    registry=REGISTRY,
)
