"""Lets a kernel start only where its person and groups have room for it, and says plainly where not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from kubeyard_identity import Caller
from kubeyard_kernelspecs import KernelSpec, spec_from_metadata
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.errors import YarnError
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_gateway import metrics
from kubeyard_gateway.holdings import Holding, Need, holding_from, need_of, total
from kubeyard_gateway.limits_file import LimitsFile
from kubeyard_gateway.memberships import Memberships
from kubeyard_gateway.refusal import Refusal
from kubeyard_gateway.scopes import Scope, overrun_of, scopes_of, words

log = structlog.get_logger("kubeyard_gateway")


@dataclass(eq=False)
class Arrival:
    """A kernel that was let in, until its start has ended; YARN may list it by then."""

    holding: Holding
    kernel_id: str = ""


_on_its_way: ContextVar[Arrival | None] = ContextVar("kernel_on_its_way", default=None)


class Gate:
    """Counts what YARN runs, so that a restart of the gateway forgets nothing.

    Kernels that were let in and are not in YARN yet are counted beside; they are few and short-lived.
    """

    def __init__(self, file: LimitsFile, memberships: Memberships, resource_manager: ResourceManager) -> None:
        """YARN is asked only where `file` limits anything."""
        self._file = file
        self._memberships = memberships
        self._resource_manager = resource_manager
        self._lock = asyncio.Lock()
        self._arriving: set[Arrival] = set()
        # Where kernelspecs are looked up; the gateway has it later than this.
        self.kernelspecs: Any = None
        # Applications that are nobody's kernel yet.
        self.hidden: Callable[[], frozenset[str]] = frozenset

    @contextlib.asynccontextmanager
    async def admission(self, caller: Caller, kernelspec: str) -> AsyncIterator[None]:
        """Start one kernel within the block; raises Refusal with what to stop first, or whom to ask."""
        self._memberships.note(caller)
        spec = await asyncio.to_thread(self._spec, kernelspec)
        name, need = (spec.display_name, need_of(spec)) if spec else (kernelspec, Need(kernels=1))
        arrival = Arrival(Holding(caller.name, name, need))
        # One after the other: two that are counted at the same time would both find the last place free.
        async with self._lock:
            await self._check(caller, arrival.holding)
            self._arriving.add(arrival)
        token = _on_its_way.set(arrival)
        try:
            yield
        finally:
            _on_its_way.reset(token)
            self._arriving.discard(arrival)

    @staticmethod
    def name(kernel_id: str) -> None:
        """Tell the id of the kernel that is let in here: in YARN's list it must not count twice."""
        if (arrival := _on_its_way.get()) is not None:
            arrival.kernel_id = kernel_id

    async def _check(self, caller: Caller, asked: Holding) -> None:
        limits = self._file.now()
        if limits.is_empty:
            return
        try:
            held = await asyncio.to_thread(self._held)
        except YarnError as error:
            raise Refusal(503, f"nobody can tell now whether your limits leave room: {error}") from error
        listed = {each.kernel_id for each in held}
        held += [each.holding for each in self._arriving if each.kernel_id not in listed]
        for scope in scopes_of(limits, caller):
            counted = [each for each in held if self._counts(each, scope, caller.name)]
            overrun = overrun_of(scope, total(counted), asked.need)
            if overrun is not None:
                metrics.REFUSED.inc()
                log.info("kernel_refused", user=caller.name, limit=overrun.place)
                raise Refusal(403, words(overrun, caller.name, limits.set_by, counted))

    def _counts(self, holding: Holding, scope: Scope, user: str) -> bool:
        if scope.group:
            return self._memberships.is_member(holding.user, scope.group)
        return holding.user == user

    def _held(self) -> list[Holding]:
        hidden = self.hidden()
        active = self._resource_manager.applications(ACTIVE_STATES, tags=["kubeyard"])
        return [
            holding_from(application, self._planned)
            for application in active
            if application.id not in hidden and application.tagged("kernel")
        ]

    def _planned(self, kernelspec: str) -> Need | None:
        spec = self._spec(kernelspec)
        return need_of(spec) if spec is not None else None

    def _spec(self, name: str) -> KernelSpec | None:
        try:
            return spec_from_metadata(self.kernelspecs.get_kernel_spec(name).metadata)
        except (KeyError, ValueError, OSError):
            # Jupyter's NoSuchKernel is a KeyError.
            return None
