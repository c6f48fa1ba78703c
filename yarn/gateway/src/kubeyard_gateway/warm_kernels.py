"""Starts and restarts that take a spare where there is one, and the timeline of each."""

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any

from enterprise_gateway.services.kernels.remotemanager import RemoteMappingKernelManager

from kubeyard_gateway import metrics
from kubeyard_gateway.explained import explained
from kubeyard_gateway.spare import Spare
from kubeyard_gateway.spare_keeper import SpareKeeper
from kubeyard_gateway.spare_pool import SparePool
from kubeyard_gateway.timelines import Timelines
from kubeyard_gateway.yarn_proxy import SPARK_OPTIONS, YarnKernelProxy


class WarmKernels(RemoteMappingKernelManager):
    """A start first asks the pool; what the pool gives is taken over where a submission would be made."""

    def __init__(self, **kwargs: Any) -> None:
        """The pool and its keeper are the gateway's, made once this exists."""
        super().__init__(**kwargs)
        self.timelines = Timelines(self._keep_timeline)
        # Spares on their way to become the kernel of this id.
        self.successors: dict[str, Spare] = {}

    @property
    def _pool(self) -> SparePool:
        pool: SparePool = self.parent.spares
        return pool

    async def start_kernel(self, *args: Any, **kwargs: Any) -> str:
        """Start a kernel for the user in `env`; a spare brings its id along, since YARN's tags have it."""
        environment, kernelspec = kwargs["env"], kwargs["kernel_name"]
        user = environment["KERNEL_USERNAME"]
        spare, reason = await self._pool.take(user, kernelspec, environment.get(SPARK_OPTIONS, ""))
        kernel_id = spare.id if spare else str(uuid.uuid4())
        self.parent.gate.name(kernel_id)
        own = {**kwargs, "env": {**environment, "KERNEL_ID": kernel_id}}
        told = explained(self.parent, kernel_id, user, kernelspec)
        with told, self._succession(kernel_id, spare, reason):
            started = str(await super().start_kernel(*args, **own))
        self._started(kernel_id, user, kernelspec)
        return started

    async def restart_kernel(self, kernel_id: str, now: bool = False) -> None:
        """Restart the kernel under its id; with a spare the old application ends in the background."""
        kernel = self.get_kernel(kernel_id)
        if kernel.restarting:
            await super().restart_kernel(kernel_id, now)
            return
        user = self.parent.kernel_session_manager._sessions[kernel_id]["username"]
        options = kernel._launch_args.get("env", {}).get(SPARK_OPTIONS, "")
        spare, reason = await self._pool.take(user, kernel.kernel_name, options)
        told = explained(self.parent, kernel_id, user, kernel.kernel_name)
        with told, self._succession(kernel_id, spare, reason):
            await super().restart_kernel(kernel_id, now)
        self._started(kernel_id, user, kernel.kernel_name)

    @contextlib.contextmanager
    def _succession(self, kernel_id: str, spare: Spare | None, reason: str) -> Iterator[None]:
        """Have the spare become the kernel within the block; one that was not touched goes back."""
        self.timelines.begin(kernel_id, warm=spare is not None, cold_reason=reason)
        if spare is not None:
            self.successors[kernel_id] = spare
        try:
            yield
        except BaseException:
            if kernel_id not in self:
                self.timelines.forget(kernel_id)
            raise
        else:
            if spare is not None and kernel_id not in self.successors:
                self._pool.taken(spare)
        finally:
            if (left := self.successors.pop(kernel_id, None)) is not None:
                self._pool.give_back(left)

    def _started(self, kernel_id: str, user: str, kernelspec: str) -> None:
        timeline = self.timelines.of(kernel_id)
        if timeline is not None:
            timeline.mark("ready")
            metrics.WARM.labels("warm" if timeline.warm else "cold").inc()
        keeper: SpareKeeper = self.parent.spare_keeper
        keeper.used(user, kernelspec)
        self._follow(kernel_id)

    def follow_starts(self) -> None:
        """Go on with the timelines of kernels that an earlier gateway started."""
        for kernel_id in self.list_kernel_ids():
            self._follow(kernel_id)

    def _follow(self, kernel_id: str) -> None:
        proxy = self._kernels[kernel_id].process_proxy
        if isinstance(proxy, YarnKernelProxy):
            self.timelines.follow(kernel_id, proxy)

    def _keep_timeline(self, kernel_id: str) -> None:
        if kernel_id in self:
            self.parent.kernel_session_manager.save_session(kernel_id)

    def kernel_model(self, kernel_id: str) -> dict[str, Any]:
        """Return Jupyter's model, with how the start went and which application it is."""
        model: dict[str, Any] = super().kernel_model(kernel_id)
        ours = model.setdefault("kubeyard", {})
        if (timeline := self.timelines.of(kernel_id)) is not None:
            ours |= timeline.to_json()
        proxy = self._kernels[kernel_id].process_proxy
        if isinstance(proxy, YarnKernelProxy):
            ours["application_id"] = proxy.application_id
        return model

    def start_kernel_from_session(self, kernel_id: str, **session: Any) -> bool:
        """Take up a kernel, and go on with its timeline."""
        taken_up = bool(super().start_kernel_from_session(kernel_id=kernel_id, **session))
        record = self.parent.kernel_session_manager._sessions[kernel_id].get("timeline")
        if taken_up and record is not None:
            self.timelines.load(kernel_id, record)
        return taken_up

    def remove_kernel(self, kernel_id: str) -> None:
        """Remove a kernel and its timeline."""
        super().remove_kernel(kernel_id)
        self.timelines.forget(kernel_id)
