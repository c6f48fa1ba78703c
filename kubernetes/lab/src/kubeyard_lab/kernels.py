"""The Lab's kernels: all of them live at the gateway, and one that was lost is said to be dead."""

import asyncio
from collections.abc import Callable
from typing import Any

from jupyter_server.gateway.managers import GatewayKernelManager, GatewayMappingKernelManager
from tornado.web import HTTPError
from traitlets import default

from kubeyard_lab.gateway_words import GatewayRefusedError, plain
from kubeyard_lab.lost_kernels import LostKernels

_NOT_FOUND = 404
_SHUTDOWN_SECONDS = 5.0
LOST = "The kernel is gone from the cluster: its application ended or was stopped."


class GatewayKernel(GatewayKernelManager):
    """One kernel at the gateway."""

    async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]  # as jupyter_server does
        """Start the kernel; a refusal carries the gateway's own words.

        Only what the gateway may know goes on: the rest holds the Lab's Hub token, and would be logged.
        """
        environment = kwargs.pop("env", {})
        kwargs["env"] = {name: value for name, value in environment.items() if name.startswith("KERNEL_")}
        try:
            await super().start_kernel(**kwargs)
        except HTTPError as error:
            raise plain(error) from error
        if self.kernel is None:
            # A notebook named a kernel that the gateway does not know, or does not show to this user.
            raise GatewayRefusedError(_NOT_FOUND, LOST)

    async def restart_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]  # as jupyter_server does
        """Restart the kernel; one that is gone is noted as lost, and the notebook hears of it."""
        try:
            await super().restart_kernel(**kwargs)
        except HTTPError as error:
            if error.status_code == _NOT_FOUND and isinstance(self.parent, GatewayKernels):
                self.parent.lose(str(self.kernel_id), LOST)
            raise plain(error) from error


class GatewayKernels(GatewayMappingKernelManager):
    """All kernels of this Lab."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.lost = LostKernels()
        self._listeners: dict[str, set[Callable[[], None]]] = {}

    @default("kernel_manager_class")
    def _default_kernel_manager_class(self) -> str:
        return f"{__name__}.{GatewayKernel.__name__}"

    def on_loss(self, kernel_id: str, listener: Callable[[], None]) -> Callable[[], None]:
        """Call the listener when the kernel is lost; returns what ends that."""
        listeners = self._listeners.setdefault(kernel_id, set())
        listeners.add(listener)
        return lambda: listeners.discard(listener)

    async def bury(self, kernel_id: str) -> None:
        """Take leave of a kernel of which the gateway says that it is dead, with the gateway's reason."""
        kernel = self._kernels.get(kernel_id)
        if kernel is None:
            return
        try:
            model = await kernel.refresh_model()  # type: ignore[no-untyped-call]
        except HTTPError as error:
            model = None
            self.log.warning("why kernel %s died is not known: %s", kernel_id, plain(error))
        reason = (model or {}).get("reason")
        self.lose(kernel_id, f"The kernel is dead: {reason}." if reason else LOST)
        await self._dismiss(kernel)

    async def _dismiss(self, kernel: Any) -> None:
        """The gateway keeps a dead kernel until somebody stops it."""
        try:
            await kernel.shutdown_kernel(now=True)
        except HTTPError as error:
            self.log.warning("dead kernel %s stays at the gateway: %s", kernel.kernel_id, plain(error))

    def lose(self, kernel_id: str, reason: str) -> None:
        """Note that a kernel is gone, and let its notebooks find out."""
        kernel = self.remove_kernel(kernel_id)  # type: ignore[no-untyped-call]
        if kernel is None:
            return
        self.log.warning("kernel %s is lost: %s", kernel_id, reason)
        self.lost.add(kernel_id, kernel.kernel or {"id": kernel_id, "name": ""}, reason)
        for listener in list(self._listeners.pop(kernel_id, ())):
            listener()

    async def kernel_model(self, kernel_id: str) -> dict[str, Any]:
        """A kernel's model; who asks for a lost one is told of the loss."""
        if self.lost.get(kernel_id):
            return self.lost.tell(kernel_id)
        model: dict[str, Any] = await super().kernel_model(kernel_id)  # type: ignore[no-untyped-call]
        return model

    async def list_kernels(self, **kwargs: Any) -> list[dict[str, Any]]:
        """The kernels of this Lab that live, and the dead ones of which nobody has heard."""
        mine = dict(self._kernels)
        try:
            models = await super().list_kernels(**kwargs)  # type: ignore[no-untyped-call]
        except HTTPError as error:
            raise plain(error) from error
        for kernel_id, kernel in mine.items():
            if kernel_id not in self._kernels and self.lost.get(kernel_id) is None:
                self._kernels[kernel_id] = kernel
                self.lose(kernel_id, LOST)
        for model in models:
            if model["execution_state"] == "dead":
                await self.bury(model["id"])
        return [*(model for model in models if model["id"] in self._kernels), *self.lost.untold()]

    async def shutdown_kernel(  # type: ignore[override]  # as jupyter_server does
        self, kernel_id: str, now: bool = False, restart: bool = False
    ) -> None:
        """Stop a kernel; stopping a lost one is done already."""
        if kernel_id in self._kernels:
            await super().shutdown_kernel(kernel_id, now=now, restart=restart)  # type: ignore[no-untyped-call]

    async def shutdown_all(self, now: bool = False) -> None:  # type: ignore[override]  # as jupyter_server does
        """Stop every kernel at once and within a limit: the Lab must end even if the gateway is away."""
        stops = [
            asyncio.ensure_future(self.shutdown_kernel(kernel_id, now=now))
            for kernel_id in list(self._kernels)
        ]
        if stops:
            _, late = await asyncio.wait(stops, timeout=_SHUTDOWN_SECONDS)
            for stop in late:
                stop.cancel()
