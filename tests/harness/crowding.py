"""A cluster that is full but for what a test leaves free, so that it sees who waits for whom."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from kubeyard_kernelspecs import remove_kernelspec, write_kernelspec
from kubeyard_yarn.applications import ACTIVE_STATES

from harness.gateway import KernelClient
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway


def available_mb(yarn: YarnGateway) -> int:
    """What YARN has left, once it has back what tests before have given up."""

    def is_counted() -> bool:
        # Of one without a container yet YARN tells -1.
        held = [max(0, each.memory_mb) for each in yarn.resource_manager.applications(ACTIVE_STATES)]
        return yarn.resource_manager.metrics().memory_used_mb == sum(held)

    wait_until(is_counted, "YARN counts the memory of running applications only", 60)
    return yarn.resource_manager.metrics().memory_available_mb


@contextmanager
def crowded(yarn: YarnGateway, bob: KernelClient, left_mb: int) -> Iterator[None]:
    """Have a kernel of bob's take everything but `left_mb`; whoever gave bob ends it."""
    large_mb = available_mb(yarn) - left_mb
    # Its container is that large, whichever of its two overheads counts.
    driver_mb = min(int(large_mb / 1.2), large_mb - 512)
    large = replace(yarn.spec, name="bob.large", owner="bob", executors=0, driver_memory_mb=driver_mb)
    write_kernelspec(yarn.kernelspecs, large)
    try:
        bob.start(large.name)
        yield
    finally:
        remove_kernelspec(yarn.kernelspecs, large.name)
