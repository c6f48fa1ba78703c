"""What becomes of kernels when their gateway goes: those in YARN stay for the next one."""

import asyncio
import time
from typing import Any

import structlog

from kubeyard_gateway.channels import Channels
from kubeyard_gateway.reports import Reports

log = structlog.get_logger("kubeyard_gateway")
# Together less than supervisors grant before they kill.
STARTS_END_WITHIN_SECONDS = 4
LOCAL_KERNELS_END_WITHIN_SECONDS = 4
LOOK_EVERY_SECONDS = 0.02


async def leave(kernels: Any, reports: Reports) -> None:
    """Let go of all that outlives this process, and end what does not."""
    begin = time.monotonic()
    Channels.close_all()
    await _end_starts(reports)
    await _end_local(kernels)
    log.info("kernels_left", count=len(kernels), seconds=round(time.monotonic() - begin, 2))


async def _end_starts(reports: Reports) -> None:
    """A kernel that has not reported yet is in no record: nobody would ever find it."""
    reports.refuse_all("the gateway is being restarted; start the kernel again in a moment")
    deadline = time.monotonic() + STARTS_END_WITHIN_SECONDS
    while reports.is_waiting and time.monotonic() < deadline:
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _end_local(kernels: Any) -> None:
    """A kernel that is a process of this machine is a child of ours, and ends with us."""
    local = [
        kernel_id
        for kernel_id in kernels.list_kernel_ids()
        if not hasattr(kernels.get_kernel(kernel_id).process_proxy, "application_id")
    ]
    ends = [asyncio.ensure_future(kernels.shutdown_kernel(kernel_id)) for kernel_id in local]
    if ends:
        await asyncio.wait(ends, timeout=LOCAL_KERNELS_END_WITHIN_SECONDS)
    for end in ends:
        if not end.cancel() and (error := end.exception()) is not None:
            log.warning("kernel_not_ended", reason=repr(error))
