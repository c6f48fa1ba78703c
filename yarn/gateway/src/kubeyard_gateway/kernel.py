"""One kernel of the gateway: its start, its signals off the event loop, its end, its death."""

import asyncio
import concurrent.futures
from typing import Any

import structlog
from enterprise_gateway.services.kernels.remotemanager import RemoteKernelManager
from jupyter_client.connect import channel_socket_types
from jupyter_client.ioloop.restarter import AsyncIOLoopKernelRestarter
from jupyter_client.kernelspec import KernelSpec, NoSuchKernel
from kubeyard_yarn.reasons import Reason
from traitlets import Float

from kubeyard_gateway.client_output import MOST_FROM_KERNEL
from kubeyard_gateway.death import death_of, not_restarted, spec_of
from kubeyard_gateway.kept_kernelspecs import kept_for
from kubeyard_gateway.link import ping
from kubeyard_gateway.succession import see_off
from kubeyard_gateway.yarn_proxy import YarnKernelProxy

log = structlog.get_logger("kubeyard_gateway")


class DeathWatch(AsyncIOLoopKernelRestarter):
    """Tells a kernel's death and leaves it at that.

    Jupyter's own would start another one at once: an application that somebody killed would be back,
    and the notebook would go on in an empty kernel without a word.
    """

    time_to_dead = Float(0.5, config=True)

    async def poll(self) -> None:
        """Look whether the kernel lives; called each `time_to_dead` seconds."""
        kernel = self.kernel_manager
        if kernel.shutting_down or kernel.restarting or await kernel.is_alive():
            return
        self.stop()
        reason = kernel.death_reason()
        kernel.parent.note_ending(kernel.kernel_id, reason)
        kernel.die(reason)

    def tell(self) -> None:
        """Tell whoever follows the kernel that it is dead."""
        self._fire_callbacks("dead")


class GatewayKernel(RemoteKernelManager):
    """A kernel whose every blocking step runs in a thread."""

    restarter_class = DeathWatch
    # Enterprise Gateway's attribute: any process proxy, ours or the local one, None between two starts.
    process_proxy: Any
    # An earlier gateway started it, and it has not said yet what it is doing.
    taken_up = False
    # Why it is dead; None while it lives.
    death: Reason | None = None
    # What a spare does until it is claimed; empty for a kernel that somebody waits for.
    warm_up = ""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernelspec, as it was at the kernel's start where it has been deleted since."""
        try:
            return super().kernel_spec
        except NoSuchKernel:
            kept = kept_for(self.connection_file, self.parent.parent.kernel_session_manager._sessions)
            if kept is None:
                raise
            self._kernel_spec = kept
            return kept

    def _create_connected_socket(self, channel: str, identity: bytes | None = None) -> Any:
        """Connect a channel as jupyter_client does, but watched, and by its keys to an encrypted kernel."""
        socket = self.context.socket(channel_socket_types[channel])
        socket.linger = 1000
        if identity:
            socket.identity = identity
        ping(socket)
        if channel == "iopub":
            # Before it connects: libzmq crashes where the pipe of a reader that leaves is changed.
            socket.rcvhwm = MOST_FROM_KERNEL
        if (curve := getattr(self.process_proxy, "curve", None)) is not None:
            curve.prepare(socket)
        socket.connect(self._make_url(channel))
        return socket

    def ask_no_info(self) -> None:
        """Have clients connect without asking the kernel for its protocol first: it may not answer."""
        known: concurrent.futures.Future[dict[str, str]] = concurrent.futures.Future()
        known.set_result({"protocol_version": "5.3"})
        self._kernel_info_future = known

    def death_reason(self) -> Reason:
        """Say why the kernel is dead, as far as YARN tells."""
        proxy = self.process_proxy
        return death_of(proxy.ending if isinstance(proxy, YarnKernelProxy) else None, spec_of(self))

    def die(self, reason: Reason) -> None:
        """Count as dead from now on, and say why to all who follow the kernel."""
        self.execution_state, self.death, self.reason = "dead", reason, reason.text
        self.ask_no_info()
        log.warning("kernel_died", kernel_id=self.kernel_id, reason=self.reason)
        if self._restarter is not None:
            self._restarter.tell()

    async def interrupt_kernel(self) -> None:
        """Interrupt; a kernel whose last start failed has nothing to interrupt."""
        if self.has_kernel:
            await super().interrupt_kernel()

    async def signal_kernel(self, signum: int) -> None:
        """Send a signal without stopping the event loop for the connection."""
        if not isinstance(self.process_proxy, YarnKernelProxy):
            await super().signal_kernel(signum)
        elif self.process_proxy.ending is None:
            await asyncio.to_thread(self.process_proxy.send_signal, signum)

    async def finish_shutdown(self, waittime: float | None = None, pollinterval: float = 0.1) -> None:
        """Wait for the application's end, as YARN has it, instead of asking for it each 100 ms."""
        if isinstance(self.process_proxy, YarnKernelProxy):
            await self.process_proxy.ended()
            self.kernel = None
        else:
            await super().finish_shutdown(waittime, pollinterval)

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """Shut down; for a restart with a spare at hand the old application ends in the background."""
        if restart and self.kernel_id in getattr(self.parent, "successors", ()):
            see_off(self)
        else:
            await super().shutdown_kernel(now, restart)

    async def restart_kernel(self, now: bool = False, **kwargs: Any) -> None:
        """Restart; a kernel that has ended for it and did not start again is dead, and its cell with it."""
        cell_ran = self.told.cell_runs
        try:
            await super().restart_kernel(now, **kwargs)
        except Exception as error:
            if not await self.is_alive():
                # What it said of its cell on its way out was kept from its notebooks.
                self.told.cell_runs = cell_ran
                self.die(not_restarted(error))
            raise
        self.death, self.reason, self.told.cell_runs = None, "", False
        if self.execution_state == "dead":
            # Until its first word: on the ports of before it is followed by the connection of before.
            self.execution_state = "starting"

    async def start_kernel(self, **kwargs: Any) -> None:
        """Start, and leave no half-made kernel behind a refusal."""
        try:
            await super().start_kernel(**kwargs)
        except BaseException:
            if self.process_proxy is not None:
                self.process_proxy.cleanup()
                self.process_proxy = None
            raise
