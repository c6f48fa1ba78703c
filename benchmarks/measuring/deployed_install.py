"""Installing: how long it takes, what its pods ask for and use, and how large the images are."""

from collections.abc import Sequence

from measuring.cluster_bench import Bench, Block
from measuring.deployed import Deployed, namespace
from measuring.samples import Samples
from measuring.table import Row, seconds

_IMAGES = ("web-ui", "hub", "proxy", "lab", "api-server", "gateway")
# Of the container's group, in the first or the second version of Linux's interface.
_USED = "cat /sys/fs/cgroup/memory.current 2>/dev/null || cat /sys/fs/cgroup/memory/memory.usage_in_bytes"
_UNITS = {"Ki": 1 / 1024, "Mi": 1, "Gi": 1024, "M": 1e6 / 2**20, "G": 1e9 / 2**20}


def measure(bench: Bench) -> None:
    """Install into an empty namespace, again and again; look at the last."""
    for round_number in range(bench.count):
        with namespace(bench.context, bench.edge) as deployed:
            bench.samples.add("ready", deployed.install())
            if round_number == bench.count - 1:
                _look_at(deployed, bench.samples)


def _look_at(deployed: Deployed, samples: Samples) -> None:
    for pod in deployed.pods("web-ui", "hub", "proxy"):
        for container in pod["spec"]["containers"]:
            samples.add("requested", _megabytes(container["resources"]["requests"]["memory"]))
        used = deployed.kubectl("exec", pod["metadata"]["name"], "--", "sh", "-c", _USED)
        samples.add("used", int(used) / 2**20)
    for node in deployed.objects("nodes"):
        for image in node["status"]["images"]:
            # What is left of an image that was built again has no name.
            for name in image["names"] or ():
                if (short := name.rpartition("/")[2].partition(":")[0]) in _IMAGES and "kubeyard/" in name:
                    samples.add(f"image/{short}", image["sizeBytes"] / 1e6)


def _megabytes(quantity: str) -> float:
    unit = quantity.lstrip("0123456789.")
    return float(quantity.removesuffix(unit)) * _UNITS[unit]


def rows(samples: Samples) -> Sequence[Row]:
    """What was found."""
    requested, used = sum(samples.numbers("requested")), sum(samples.numbers("used"))
    sizes = {name: found[-1] for name in _IMAGES if (found := samples.numbers(f"image/{name}"))}
    return [
        Row(
            "install -> ready",
            seconds(samples.numbers("ready")),
            bar="<= 180 s",
            how=f"by deployment_k8s.sh into an empty namespace, images on the node; "
            f"min / median / max of {len(samples.numbers('ready'))}",
        ),
        Row(
            "memory that the platform's pods ask for",
            f"{requested:.0f} MiB",
            bar="<= 600 MB",
            how=f"web UI, Hub and proxy; in use just after the start: {used:.0f} MiB",
        ),
        Row(
            "images on the node",
            ", ".join(f"{name} {size:.0f} MB" for name, size in sizes.items()),
            how="unpacked",
        ),
    ]


BLOCK = Block(measure, rows, 3, "install, memory and image sizes")
