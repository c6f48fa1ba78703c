"""Tells JupyterLab's pages what a kernel on its way waits for, as long as somebody waits."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from jupyter_server.gateway.gateway_client import GatewayClient, gateway_request
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError

# Most starts are over by then, and nobody wants to read about them.
FIRST_AFTER_SECONDS = 2.0
EVERY_SECONDS = 2.0
EVENT = "urn:kubeyard:lab:kernel-waits"
SCHEMA = {
    "$id": EVENT,
    "version": "1",
    "title": "Kernels that wait for the cluster",
    "description": "What each start under way waits for; an empty list when none waits any more.",
    "type": "object",
    "required": ["kernels"],
    "properties": {
        "kernels": {
            "type": "array",
            "title": "Kernels",
            "description": "One entry for each start that waits.",
            "items": {
                "type": "object",
                "required": ["kernel_id", "text"],
                "properties": {"kernel_id": {"type": "string"}, "text": {"type": "string"}},
            },
        }
    },
}

Waiting = list[dict[str, Any]]


class Waits:
    """Asks the gateway now and then while a start lasts, and passes on what it says."""

    def __init__(
        self, ask: Callable[[], Awaitable[Waiting]], tell: Callable[[Waiting], None], log: logging.Logger
    ) -> None:
        """`ask` returns the gateway's account of the starts; `tell` reaches the open pages."""
        self._ask = ask
        self._tell = tell
        self._log = log
        self._count = 0
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def start_under_way(self) -> Iterator[None]:
        """A kernel is being started within the block."""
        self._count += 1
        self._over.clear()
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._over.set()

    async def _run(self) -> None:
        told, pause = False, FIRST_AFTER_SECONDS
        while not await self._is_over(pause):
            waiting = await self._waiting()
            if waiting or told:
                self._tell(waiting)
            told, pause = bool(waiting), EVERY_SECONDS
        if told:
            self._tell([])

    async def _is_over(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)
        return self._over.is_set()

    async def _waiting(self) -> Waiting:
        try:
            return [described(one) for one in await self._ask() if one.get("reason")]
        except (HTTPError, ValueError, KeyError, TypeError, AttributeError) as why:
            self._log.debug("what kernels wait for is not known: %s", why)
            return []


def described(start: dict[str, Any]) -> dict[str, str]:
    """Return the gateway's account of a start that waits in the words that a page shows."""
    place = start.get("place")
    where = f"It is number {place['number']} of {place['waiting']} in its queue. " if place else ""
    text = f"{start['name']} waits for the cluster. {where}{start['reason']['what']}"
    return {"kernel_id": str(start["kernel_id"]), "text": text}


async def ask_gateway() -> Waiting:
    """Return what the gateway says of this user's starts. Raises HTTPError and ValueError."""
    url = url_path_join(GatewayClient.instance().url or "", "/api/starts")
    answer = await gateway_request(url, method="GET")
    found: Waiting = json.loads(answer.body)
    return found
