"""Tells the gateway which notebook each kernel has, and again when that changes."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Container, Mapping

from jupyter_server.gateway.gateway_client import GatewayClient, gateway_request
from jupyter_server.utils import url_path_join
from tornado.escape import url_escape
from tornado.web import HTTPError

from kubeyard_lab.gateway_words import plain

# What the gateway will not take however often it is told: a path that it refuses, a kernel that is gone or
# somebody else's, and all of them where it is of before it asked for notebooks.
_NEVER = frozenset({400, 403, 404, 405})


class Notebooks:
    """What the gateway was told. What it has not heard, because it was away, it is told at the next look."""

    def __init__(self, tell: Callable[[str, str], Awaitable[None]], log: logging.Logger) -> None:
        """`tell` is called with a kernel's id and a path, empty where no notebook has it any more."""
        self._tell = tell
        self._log = log
        self._told: dict[str, str] = {}
        self._wanted: dict[str, str] = {}
        # Under way, or over.
        self.telling: asyncio.Task[None] | None = None

    def are(self, notebooks: Mapping[str, str], kernels: Container[str]) -> None:
        """Have the gateway know these `notebooks`, paths by kernels' ids; `kernels` are those that live."""
        self._told = {kernel_id: path for kernel_id, path in self._told.items() if kernel_id in kernels}
        self._wanted = dict.fromkeys(self._told, "") | dict(notebooks)
        if self.telling is None or self.telling.done():
            self.telling = asyncio.ensure_future(self._tell_all())

    async def _tell_all(self) -> None:
        """Tell one after the other, each once, with what changes meanwhile."""
        tried: set[tuple[str, str]] = set()
        while news := self._news() - tried:
            one = min(news)
            tried.add(one)
            if await self._is_told(*one):
                self._told[one[0]] = one[1]

    def _news(self) -> set[tuple[str, str]]:
        return {each for each in self._wanted.items() if self._told.get(each[0], "") != each[1]}

    async def _is_told(self, kernel_id: str, path: str) -> bool:
        try:
            await self._tell(kernel_id, path)
        except (HTTPError, OSError) as why:
            words = plain(why) if isinstance(why, HTTPError) else why
            self._log.debug("the gateway does not know the notebook of kernel %s: %s", kernel_id, words)
            return isinstance(why, HTTPError) and why.status_code in _NEVER
        return True


async def tell_gateway(kernel_id: str, path: str) -> None:
    """Say which notebook a kernel of this user's has. Raises HTTPError and OSError."""
    client = GatewayClient.instance()
    url = url_path_join(client.url or "", client.kernels_endpoint, url_escape(kernel_id), "notebook")
    body = json.dumps({"path": path})
    await gateway_request(url, method="PUT", body=body, headers={"Content-Type": "application/json"})
