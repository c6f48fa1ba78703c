"""A kernelspec for tests that submit nothing."""

from typing import Any

from kubeyard_kernelspecs import KernelSpec, Resource, ResourceKind, Visibility

ARCHIVE = Resource(
    uri="hdfs://127.0.0.1:8020/kubeyard/envs/abc.tar.gz",
    size=10,
    timestamp_ms=1000,
    kind=ResourceKind.ARCHIVE,
    visibility=Visibility.PUBLIC,
)


def kernelspec(name: str, **changed: Any) -> KernelSpec:
    """A kernelspec called `name`, of the owner that its name tells, otherwise plain."""
    fields: dict[str, Any] = {
        "name": name,
        "display_name": "Ada's kernel",
        "owner": name.rpartition(".")[0],
        "public": False,
        "environment_hash": "0123456789abcdef0123",
        "archive": ARCHIVE,
        "driver_memory_mb": 512,
        "executor_memory_mb": 512,
        "executors": 2,
        "executor_cores": 1,
        "queue": "interactive",
    }
    return KernelSpec(**(fields | changed))
