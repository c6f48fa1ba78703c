"""Serves a ResourceManager's interface, and a light kernel for each application submitted there."""

import asyncio
import contextlib
import resource
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import zmq
import zmq.asyncio
from kubeyard_kernelspecs.launcher.launch import Launch

from measuring.stand_in.kernel import LightKernel
from measuring.stand_in.manager import Manager

# Each kernel binds four.
_SOCKETS = 16_000
_REPORTS_AT_ONCE = 8


async def main(port: int) -> None:
    """Serve until the process is ended."""
    context: zmq.asyncio.Context = zmq.asyncio.Context()
    context.set(zmq.MAX_SOCKETS, _SOCKETS)
    kernels: list[LightKernel] = []
    loop, threads = asyncio.get_running_loop(), ThreadPoolExecutor(_REPORTS_AT_ONCE)

    async def begin(launch: Launch, end: Callable[[], None]) -> None:
        kernel = LightKernel(context, launch, end)
        kernels.append(kernel)
        await loop.run_in_executor(threads, kernel.report)

    def submitted(environment: dict[str, str], end: Callable[[], None]) -> None:
        """Called in a thread of the manager's; the kernels live on the loop."""
        asyncio.run_coroutine_threadsafe(begin(Launch.from_environment(environment), end), loop)

    Manager(port, submitted).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1])))
