"""Tells every kernel, again and again, that its gateway is there: one that hears nothing ends by itself."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Protocol

import structlog
from jupyter_server._tz import utcnow

log = structlog.get_logger("kubeyard_gateway")
# Several rounds may fail before a kernel takes its gateway for gone.
ROUNDS_UNTIL_GONE = 10
LONGEST_PAUSE_SECONDS = 60.0
# A node that does not answer holds a thread for some seconds: not those that starts need.
THREADS = 8


class Greeted(Protocol):
    """A kernel's process, as far as this is concerned."""

    kernel_manager: Any

    def greet(self) -> dict[str, Any] | None:
        """Tell the kernel that its gateway is there and return what it is doing, if it answers; blocking."""


class Presence:
    """Greets all kernels in rounds, by a signed request to each; the ResourceManager is not asked."""

    def __init__(self, gone_seconds: float) -> None:
        """`gone_seconds` is what kernels were told: how long without a greeting until they end."""
        self._pause_seconds = min(LONGEST_PAUSE_SECONDS, gone_seconds / ROUNDS_UNTIL_GONE)
        self._kernels: set[Greeted] = set()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="presence")

    def attend(self, kernel: Greeted) -> None:
        """Greet this kernel from now on."""
        self._kernels.add(kernel)

    def leave(self, kernel: Greeted) -> None:
        """Greet it no longer."""
        self._kernels.discard(kernel)

    async def run(self) -> None:
        """Make round after round, until cancelled."""
        while True:
            greetings = (self._greet(kernel) for kernel in list(self._kernels))
            for result in await asyncio.gather(*greetings, return_exceptions=True):
                # One kernel's nonsense must not leave all others without a word.
                if isinstance(result, Exception):
                    log.warning("kernel_not_greeted", reason=repr(result))
            await asyncio.sleep(self._pause_seconds)

    async def _greet(self, kernel: Greeted) -> None:
        told = await asyncio.get_running_loop().run_in_executor(self._threads, kernel.greet)
        manager = kernel.kernel_manager
        if told is not None and manager.taken_up:
            # No message has come since an earlier gateway's kernel was taken up: only it knows.
            manager.taken_up = False
            manager.execution_state = "busy" if told["busy"] else "idle"
            manager.last_activity = utcnow() - timedelta(seconds=float(told["idle_seconds"]))
