"""The timelines of all kernels, completed in the background once a kernel answers."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from kubeyard_yarn.errors import YarnError

from kubeyard_gateway.timeline import Timeline
from kubeyard_gateway.yarn_proxy import YarnKernelProxy

log = structlog.get_logger("kubeyard_gateway")
LOOK_EVERY_SECONDS = 0.5
# As long as the launcher waits for Java, and a little more.
WAIT_SECONDS = 200.0


class Timelines:
    """One timeline for each kernel, the one of its last start or restart."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        """`changed` is called with a kernel's id when its timeline is complete, to be kept."""
        self._changed = changed
        self._timelines: dict[str, Timeline] = {}
        self._followers: dict[str, asyncio.Task[None]] = {}

    def begin(self, kernel_id: str, *, warm: bool, cold_reason: str) -> Timeline:
        """A start or restart of the kernel is asked for."""
        self._stop_following(kernel_id)
        self._timelines[kernel_id] = Timeline(warm, cold_reason)
        return self._timelines[kernel_id]

    def of(self, kernel_id: str) -> Timeline | None:
        """Return the kernel's timeline; one that an older platform started has none."""
        return self._timelines.get(kernel_id)

    def forget(self, kernel_id: str) -> None:
        """The kernel is gone."""
        self._stop_following(kernel_id)
        self._timelines.pop(kernel_id, None)

    def load(self, kernel_id: str, record: Mapping[str, Any]) -> None:
        """Go on with the timeline of a kernel that an earlier gateway started."""
        try:
            self._timelines[kernel_id] = Timeline.from_record(record)
        except (KeyError, TypeError, ValueError) as error:
            log.warning("timeline_unreadable", kernel_id=kernel_id, reason=repr(error))

    def follow(self, kernel_id: str, proxy: YarnKernelProxy) -> None:
        """Learn from the kernel when Spark has come, and from YARN when the container was there."""
        timeline = self._timelines.get(kernel_id)
        if timeline is None or timeline.is_complete:
            return
        self._stop_following(kernel_id)
        self._followers[kernel_id] = asyncio.create_task(self._follow(kernel_id, timeline, proxy))

    def _stop_following(self, kernel_id: str) -> None:
        follower = self._followers.pop(kernel_id, None)
        if follower is not None:
            follower.cancel()

    async def _follow(self, kernel_id: str, timeline: Timeline, proxy: YarnKernelProxy) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while proxy.ending is None and time.monotonic() < deadline:
            if await self._is_settled(timeline, proxy):
                break
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        if not timeline.warm:
            await self._note_container(timeline, proxy)
        self._changed(kernel_id)
        self._followers.pop(kernel_id, None)

    async def _is_settled(self, timeline: Timeline, proxy: YarnKernelProxy) -> bool:
        try:
            told = await proxy.ask("times")
        except (OSError, ValueError) as error:
            log.info("kernel_silent", kernel_id=proxy.kernel_id, reason=str(error))
            return False
        note(timeline, told["marks"])
        return bool(told["settled"])

    async def _note_container(self, timeline: Timeline, proxy: YarnKernelProxy) -> None:
        try:
            found = await asyncio.to_thread(proxy.application)
        except YarnError as error:
            log.info("container_unknown", kernel_id=proxy.kernel_id, reason=str(error))
            return
        if found.launched_at is not None:
            timeline.mark("container", found.launched_at.timestamp())


def note(timeline: Timeline, marks: Mapping[str, float]) -> None:
    """Take over what the kernel noted of its own start."""
    for stage in ("python", "spark") if not timeline.warm else ("spark",):
        if stage in marks:
            timeline.mark(stage, marks[stage])
