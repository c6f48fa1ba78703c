"""How a spare becomes a kernel, and how the kernel whose place it takes goes."""

import asyncio
import signal
import time
from typing import Any

import structlog

from kubeyard_gateway.timeline import Timeline

log = structlog.get_logger("kubeyard_gateway")
# Tasks that nobody waits for; the event loop alone would let go of them.
_leaving: set[asyncio.Task[None]] = set()


async def take_over(proxy: Any) -> bool:
    """Make `proxy` stand for the spare that is meant for its kernel, if there is one and it answers."""
    spare = getattr(proxy.kernel_manager.parent, "successors", {}).pop(proxy.kernel_id, None)
    if spare is None:
        return False
    other = spare.kernel.process_proxy
    timeline = _timeline(proxy)
    try:
        told = await other.ask("claim", kernel_id=proxy.kernel_id)
        marks = told["marks"]
    except (OSError, ValueError) as error:
        log.warning("spare_silent", kernel_id=spare.id, reason=str(error))
        timeline.went_cold("its spare did not answer")
        _in_background(_end(other))
        return False
    timeline.mark("claimed")
    if "spark" in marks:
        timeline.mark("spark", max(marks["spark"], timeline.moments["requested"]))
    proxy.take(spare.kernel.get_connection_info(), other)
    log.info("spare_taken", kernel_id=proxy.kernel_id, spare=spare.id, application_id=proxy.application_id)
    return True


def mark_stage(proxy: Any, stage: str) -> None:
    """Note in the kernel's timeline that it has reached `stage`."""
    _timeline(proxy).mark(stage)


def see_off(kernel: Any) -> None:
    """Part from the kernel's process without waiting for its end: a spare stands ready to take its place."""
    proxy = kernel.process_proxy
    kernel.shutting_down = True
    kernel.stop_restarter()
    if proxy is not None:
        if proxy.ending is None:
            kernel.request_shutdown(restart=True)
        proxy.signing_key = kernel.session.key
        kernel.process_proxy = kernel.kernel = None
        _in_background(_finish(proxy))
    kernel.cleanup_resources(restart=True)


async def _finish(proxy: Any) -> None:
    """A busy kernel hears of its end only once its cell is interrupted."""
    begin = time.monotonic()
    if proxy.ending is None:
        await asyncio.to_thread(proxy.send_signal, signal.SIGINT)
    await proxy.ended()
    proxy.cleanup()
    seconds = round(time.monotonic() - begin, 2)
    log.info("old_application_ended", application_id=proxy.application_id, seconds=seconds)


async def _end(proxy: Any) -> None:
    await asyncio.to_thread(proxy.kill)
    proxy.cleanup()


def _in_background(duty: Any) -> None:
    task = asyncio.ensure_future(duty)
    _leaving.add(task)
    task.add_done_callback(_leaving.discard)


def _timeline(proxy: Any) -> Timeline:
    """A spare's own start is in nobody's timeline."""
    timelines = getattr(proxy.kernel_manager.parent, "timelines", None)
    found: Timeline | None = timelines.of(proxy.kernel_id) if timelines is not None else None
    return found or Timeline()
