"""The Lab's kernels: all of them live at the gateway, and one that was lost is said to be dead."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from jupyter_server.gateway.gateway_client import gateway_request
from jupyter_server.gateway.managers import GatewayKernelManager, GatewayMappingKernelManager
from jupyter_server.utils import url_path_join
from tornado.escape import url_escape
from tornado.httpclient import HTTPClientError
from tornado.web import HTTPError
from traitlets import default

from kubeyard_lab.gateway_words import GatewayRefusedError, plain, why_gone
from kubeyard_lab.lost_kernels import LostKernels
from kubeyard_lab.received import ReceivedByAll
from kubeyard_lab.waits import EVENT, Waiting, Waits, ask_gateway

_NOT_FOUND = 404
LOST = "The kernel is gone from the cluster: its application ended or was stopped."
# How the gateway begins, where it knows more.
GONE = "The kernel is gone. "
LOST_MEANWHILE = "The kernel ended while JupyterLab was not running."


def _why_gone(error: HTTPError) -> str:
    cause = error.__cause__
    return why_gone(cause.response) if isinstance(cause, HTTPClientError) else ""


async def _last_words(kernel: Any) -> str:
    """Why the gateway has the kernel no more; empty where nobody knows."""
    try:
        await gateway_request(kernel.kernel_url, method="GET")
    except HTTPError as error:
        return _why_gone(error)
    return ""


class GatewayKernel(GatewayKernelManager):
    """One kernel at the gateway."""

    # Of a notebook that had it before this server started; nobody has asked the gateway for it yet.
    is_unasked = False

    def remember(self, kernel_id: str) -> None:
        """Stand for a kernel that was started earlier, without asking the gateway."""
        self.kernel_id = kernel_id
        self.kernel_url = url_path_join(self.kernels_url, url_escape(kernel_id))
        since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.kernel = {"id": kernel_id, "name": "", "execution_state": "unknown", "connections": 0}
        self.kernel["last_activity"] = since
        self.is_unasked = True

    async def refresh_model(self, model: Any = None) -> Any:
        """Take the gateway's account of the kernel; None when it has none."""
        found = await super().refresh_model(model)  # type: ignore[no-untyped-call]
        self.is_unasked = False
        return found

    async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]  # as jupyter_server does
        """Start the kernel; a refusal carries the gateway's own words.

        Only what the gateway may know goes on: the rest holds the Lab's Hub token, and would be logged.
        """
        environment = kwargs.pop("env", {})
        kwargs["env"] = {name: value for name, value in environment.items() if name.startswith("KERNEL_")}
        try:
            with self._waited_for():
                await super().start_kernel(**kwargs)
        except HTTPError as error:
            raise plain(error) from error
        if self.kernel is None:
            # A notebook named a kernel that the gateway does not know, or does not show to this user.
            raise GatewayRefusedError(_NOT_FOUND, LOST)

    async def restart_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]  # as jupyter_server does
        """Restart the kernel; one that is gone is noted as lost, and the notebook hears of it."""
        try:
            with self._waited_for():
                await super().restart_kernel(**kwargs)
        except HTTPError as error:
            if error.status_code == _NOT_FOUND and isinstance(self.parent, GatewayKernels):
                self.parent.lose(str(self.kernel_id), _why_gone(error) or LOST)
            raise plain(error) from error

    def _waited_for(self) -> contextlib.AbstractContextManager[None]:
        """While the start lasts, the pages hear what it waits for."""
        if isinstance(self.parent, GatewayKernels):
            return self.parent.waits.start_under_way()
        return contextlib.nullcontext()


class GatewayKernels(GatewayMappingKernelManager):
    """All kernels of this Lab."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.lost = LostKernels()
        self.received = ReceivedByAll()
        self.waits = Waits(ask_gateway, self._tell_waiting, self.log)
        self._listeners: dict[str, set[Callable[[], None]]] = {}

    @default("kernel_manager_class")
    def _default_kernel_manager_class(self) -> str:
        return f"{__name__}.{GatewayKernel.__name__}"

    def _tell_waiting(self, kernels: Waiting) -> None:
        """Reach every open page by the server's events."""
        events = getattr(self.parent, "event_logger", None)
        if events is not None:
            events.emit(schema_id=EVENT, data={"kernels": kernels})

    def remember(self, kernel_id: str) -> None:
        """Take up a notebook's kernel of an earlier server; whether it lives is seen when somebody asks."""
        kernel = self.kernel_manager_factory(parent=self, log=self.log)
        kernel.remember(kernel_id)
        self._kernels[kernel_id] = kernel

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
        self.lose(kernel_id, f"The kernel died. {reason}" if reason else LOST)
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
        await self._ask_for(kernel_id)
        if self.lost.get(kernel_id):
            return self.lost.tell(kernel_id)
        model: dict[str, Any] = await super().kernel_model(kernel_id)  # type: ignore[no-untyped-call]
        return model

    async def _ask_for(self, kernel_id: str) -> None:
        """Ask once for a kernel of an earlier server; with the gateway away it is neither dead nor alive."""
        kernel = self._kernels.get(kernel_id)
        if kernel is None or not getattr(kernel, "is_unasked", False):
            return
        stand_in = kernel.kernel
        try:
            model = await kernel.refresh_model()  # type: ignore[no-untyped-call]
        except HTTPError as error:
            self.log.warning("what became of kernel %s is not known: %s", kernel_id, plain(error))
            return
        if model is None:
            kernel.kernel = stand_in
            why = (await _last_words(kernel)).removeprefix(GONE)
            self.lose(kernel_id, f"{LOST_MEANWHILE} {why}".strip())
        elif model["execution_state"] == "dead":
            await self.bury(kernel_id)

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
                self.lose(kernel_id, await _last_words(kernel) or LOST)
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

    async def shutdown_all(self, **_options: Any) -> None:  # type: ignore[override]  # as jupyter_server does
        """Leave the kernels to the next server: notebooks find them again, or the gateway ends idle ones."""
        self._kernels.clear()
