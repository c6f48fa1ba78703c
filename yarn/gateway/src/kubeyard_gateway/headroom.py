"""What the queues could still take, asked once for all who want a spare at about the same time."""

import asyncio
import time

from kubeyard_yarn import room
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_gateway.pace import Pace

KNOWN_FOR_SECONDS = 10.0


class Headroom:
    """Remembers the answer for some seconds; what was promised meanwhile is no longer free."""

    def __init__(self, resource_manager: ResourceManager, pace: Pace) -> None:
        """Asks nothing yet."""
        self._resource_manager = resource_manager
        self._pace = pace
        self._free_mb: dict[str, int] = {}
        self._asked_at = float("-inf")

    async def free_mb(self, queue: str) -> int:
        """Return the memory that `queue` could still take; raises YarnError."""
        if time.monotonic() - self._asked_at > KNOWN_FOR_SECONDS:
            await self._pace.turn(room.REQUESTS_FOR_FREE)
            self._free_mb = await asyncio.to_thread(room.free_by_queue, self._resource_manager)
            self._asked_at = time.monotonic()
        return self._free_mb.get(queue, 0)

    def promise(self, memory_mb: int) -> None:
        """Count memory as taken that YARN does not know of yet; queues share what there is."""
        self._free_mb = {queue: max(0, free - memory_mb) for queue, free in self._free_mb.items()}
