"""What a kernel's containers take of the cluster."""

from kubeyard_kernelspecs.spec import KernelSpec

# The Python kernel lives in the driver's container too, beside the JVM and its off-heap memory.
_SMALLEST_DRIVER_OVERHEAD_MB = 512
_DRIVER_OVERHEAD_SHARE = 0.2
# Spark's own defaults for executors.
_SMALLEST_EXECUTOR_OVERHEAD_MB = 384
_EXECUTOR_OVERHEAD_SHARE = 0.1


def driver_container_mb(spec: KernelSpec) -> int:
    """Return the memory of the container that holds the driver and the Python kernel."""
    overhead_mb = int(spec.driver_memory_mb * _DRIVER_OVERHEAD_SHARE)
    return spec.driver_memory_mb + max(_SMALLEST_DRIVER_OVERHEAD_MB, overhead_mb)


def executor_container_mb(spec: KernelSpec) -> int:
    """Return the memory that Spark asks for with each executor."""
    overhead_mb = int(spec.executor_memory_mb * _EXECUTOR_OVERHEAD_SHARE)
    return spec.executor_memory_mb + max(_SMALLEST_EXECUTOR_OVERHEAD_MB, overhead_mb)
