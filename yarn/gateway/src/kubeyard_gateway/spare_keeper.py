"""Decides which spares there should be: one for each person who works, where the cluster has room."""

import asyncio
import time
from typing import Any

import structlog
from kubeyard_kernelspecs import KernelSpec
from kubeyard_kernelspecs.container_sizes import driver_container_mb, executor_container_mb
from kubeyard_yarn import room
from kubeyard_yarn.applications import ApplicationState
from kubeyard_yarn.errors import YarnError
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_gateway import metrics
from kubeyard_gateway.application_watch import Look
from kubeyard_gateway.headroom import Headroom
from kubeyard_gateway.kernelspecs import DEFAULT_KERNEL
from kubeyard_gateway.last_use import LastUse
from kubeyard_gateway.pace import Pace
from kubeyard_gateway.people import People
from kubeyard_gateway.settings import Settings
from kubeyard_gateway.spare import Spare, difference
from kubeyard_gateway.spare_pool import SparePool

log = structlog.get_logger("kubeyard_gateway")
ROUND_SECONDS = 1.0
# A spare that did not start, found no room, had to end or was given up is not made again at once.
AGAIN_AFTER_SECONDS = 30.0
# Everything waits for a moment as it starts; what waits longer has no room.
ROUNDS_OF_WAITING = 3
# Between questions whether applications of others, or executors, wait for memory.
ROUNDS_OF_CALM = 10
NO_KERNELSPEC = "the kernelspec that it would be made of is not there, or does not run on YARN"
EXECUTOR, DRIVER, NONE = "executor", "driver", "none"


class SpareKeeper:
    """Makes spares ahead of the next start, and gives them up before anybody has to wait for their memory."""

    def __init__(
        self,
        pool: SparePool,
        settings: Settings,
        resource_manager: ResourceManager,
        last_use: LastUse,
        pace: Pace,
    ) -> None:
        """Does nothing before it runs."""
        self._pool = pool
        self._settings = settings
        self._resource_manager = resource_manager
        self._last_use = last_use
        self._pace = pace
        self._headroom = Headroom(resource_manager, pace)
        self.people = People(settings.gateway_spare_gone_seconds)
        self._not_before: dict[str, float] = {}
        self._rounds_of_waiting = 0
        self._rounds = 0
        self._somebody_starts = False

    @classmethod
    def of_gateway(cls, gateway: Any) -> "SpareKeeper":
        """Return the keeper of the gateway's pool."""
        settings = gateway.service_settings
        last_use = LastUse(settings.gateway_state_dir / "last-use.json")
        manager = gateway.cluster.resource_manager
        keeper = cls(gateway.spares, settings, manager, last_use, gateway.watch.pace)
        gateway.watch.on_look.append(keeper.note)
        for spare in gateway.spares:
            # Time to give a sign, for those whose spares an earlier gateway left.
            keeper.people.seen(spare.user)
        return keeper

    @property
    def is_on(self) -> bool:
        """Whether there are spares at all."""
        return self._settings.gateway_spares > 0 and self._settings.gateway_spare_form != NONE

    def used(self, user: str, kernelspec: str) -> None:
        """A kernel was started: the next is likely to be of the same kind, and not in the next seconds."""
        self._last_use.note(user, kernelspec)
        self.people.wake(user)
        # The first cells have the machine for themselves.
        self._delay(user, self._settings.gateway_spare_refill_seconds)

    def wanted(self, user: str, kernelspec: str | None) -> None:
        """The person's JupyterLab has come up and asks for a spare."""
        if kernelspec is not None:
            self._last_use.note(user, kernelspec)
        self.people.seen(user)
        self.people.wake(user)
        self._not_before.pop(user, None)

    def left(self, user: str) -> None:
        """The person has gone: whatever waits for him ends."""
        self.people.leave(user)
        for spare in self._pool.of(user):
            self._pool.end(spare, "its person had left")

    def note(self, look: Look) -> None:
        """Learn from the gateway's look at YARN whether an application waits for its first container."""
        ours = self._pool.application_ids
        self._somebody_starts = any(
            each.state is not ApplicationState.RUNNING and each.id not in ours for each in look.active
        )

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self._round()
            except YarnError as error:
                log.info("spares_wait", reason=str(error))
            except Exception:
                log.exception("spares_round_failed")
            await asyncio.sleep(ROUND_SECONDS)

    async def _round(self) -> None:
        spares = list(self._pool)
        metrics.SPARES.set(len(spares))
        for spare in spares:
            await self._look_after(spare)
        self._rounds += 1
        # Each question loads the ResourceManager: often only while the watch saw somebody wait.
        if any(self._pool) and (self._somebody_starts or self._rounds % ROUNDS_OF_CALM == 0):
            await self._make_room()
        for user in self.people.working if self.is_on else []:
            await self._provide(user)

    async def _look_after(self, spare: Spare) -> None:
        if self._pool.is_starting(spare):
            if not self.people.is_here(spare.user):
                self._pool.end(spare, "its person had gone")
            return
        if reason := self._over(spare):
            self._delay(spare.user, AGAIN_AFTER_SECONDS)
            self._pool.end(spare, reason)
        elif spare.warmth == "warming":
            await self._ask(spare)

    def _over(self, spare: Spare) -> str:
        """Say why the spare is of no use any more, if it is not."""
        ending = spare.kernel.process_proxy.ending
        if ending is not None:
            return f"its spare had ended: {ending.summary}"
        if not self.is_on:
            return "spares are switched off"
        if not self.people.is_here(spare.user):
            return "its person had gone"
        if spare.age_seconds > self._settings.gateway_spare_ttl_seconds:
            self.people.rest(spare.user)
            return f"its spare was not used for {self._settings.gateway_spare_ttl_seconds:g} s"
        spec = self._spec(spare.user)
        return difference(spare.fixed, self._pool.fixed(spec)) if spec else NO_KERNELSPEC

    async def _ask(self, spare: Spare) -> None:
        """Learn how far the warm-up is; a spare whose Spark did not come is none."""
        try:
            told = await spare.kernel.process_proxy.ask("times")
        except (OSError, ValueError) as error:
            log.info("spare_silent", kernel_id=spare.id, reason=str(error))
            return
        if told["settled"] and "spark" not in told["marks"]:
            self._delay(spare.user, AGAIN_AFTER_SECONDS)
            self._pool.end(spare, "Spark did not start in its spare", at_once=True)
        elif told["warmth"] != spare.warmth:
            spare.warmth = told["warmth"]
            seconds = round(spare.age_seconds, 1)
            log.info(
                "spare_warm", kernel_id=spare.id, state=spare.warmth, error=told["error"], seconds=seconds
            )

    async def _make_room(self) -> None:
        """Give up as many spares as it takes, the newest first, when anybody waits for memory."""
        await self._pace.turn()
        now = await asyncio.to_thread(room.pressure, self._resource_manager)
        self._rounds_of_waiting = self._rounds_of_waiting + 1 if now.somebody_waits else 0
        # Asked again in the next round, until nobody waits any more or has waited for too long.
        self._somebody_starts = self._somebody_starts or now.somebody_waits
        if not now.lacking_mb and self._rounds_of_waiting < ROUNDS_OF_WAITING:
            return
        lacking_mb = max(1, now.lacking_mb)
        for spare in sorted(self._pool, key=lambda spare: spare.age_seconds):
            if lacking_mb <= 0:
                break
            lacking_mb -= self._size_mb(spare)
            self._delay(spare.user, AGAIN_AFTER_SECONDS)
            self._pool.end(spare, "its spare was given up for others who waited for memory", at_once=True)

    def _size_mb(self, spare: Spare) -> int:
        spec = self._pool.spec(spare.kernelspec, spare.user)
        if spec is None:
            return 1
        return _size_mb(spec, spare.form)

    async def _provide(self, user: str) -> None:
        """Make a spare for one who lacks one, in the largest form that leaves enough for others."""
        if len(self._pool.of(user)) >= self._settings.gateway_spares:
            return
        if time.monotonic() < self._not_before.get(user, 0):
            return
        spec = self._spec(user)
        if spec is None:
            self._pool.why_none[user] = NO_KERNELSPEC
            return
        self._delay(user, AGAIN_AFTER_SECONDS)
        form = await self._form(spec)
        if form == NONE:
            self._pool.why_none[user] = f"queue {spec.queue} had no room for a spare"
        else:
            self._headroom.promise(_size_mb(spec, form))
            self._pool.start(user, spec, form)

    def _spec(self, user: str) -> KernelSpec | None:
        return self._pool.spec(self._last_use.of(user) or DEFAULT_KERNEL, user)

    async def _form(self, spec: KernelSpec) -> str:
        left_mb = await self._headroom.free_mb(spec.queue) - self._settings.gateway_spare_reserve_mb
        driver_mb = driver_container_mb(spec)
        with_executor = self._settings.gateway_spare_form == EXECUTOR and spec.executors > 0
        if with_executor and left_mb >= driver_mb + executor_container_mb(spec):
            return EXECUTOR
        return DRIVER if left_mb >= driver_mb else NONE

    def _delay(self, user: str, seconds: float) -> None:
        self._not_before[user] = time.monotonic() + seconds


def _size_mb(spec: KernelSpec, form: str) -> int:
    return driver_container_mb(spec) + (executor_container_mb(spec) if form == EXECUTOR else 0)
