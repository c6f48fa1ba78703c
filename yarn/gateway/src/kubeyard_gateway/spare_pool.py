"""The spares that there are: made, taken by their person's next start, ended, and taken up after a crash."""

import asyncio
import time
import uuid
from collections.abc import Iterator
from typing import Any

import structlog
from enterprise_gateway.services.kernels.remotemanager import RemoteMappingKernelManager
from jupyter_client.kernelspec import NoSuchKernel
from kubeyard_kernelspecs import KernelSpec, spec_from_metadata
from kubeyard_yarn.errors import YarnError

from kubeyard_gateway.cluster import Cluster
from kubeyard_gateway.kernel import GatewayKernel
from kubeyard_gateway.spare import Spare, difference, fixed_parts
from kubeyard_gateway.spare_records import RECORDS, SpareRecords

log = structlog.get_logger("kubeyard_gateway")
# A spare on its way is ahead of a start of its own, if it has not been on its way for long.
JOINED_UNTIL_SECONDS = 8.0


class SparePool:
    """Spares are in no list of kernels, no limit and no culling; each is for one person alone."""

    def __init__(self, kernels: RemoteMappingKernelManager, cluster: Cluster, records: SpareRecords) -> None:
        """Starts and takes up nothing yet."""
        self._kernels = kernels
        self._cluster = cluster
        self._records = records
        self._ready: dict[str, Spare] = {}
        self._starting: dict[str, tuple[Spare, asyncio.Task[None]]] = {}
        self._ends: set[asyncio.Task[None]] = set()
        # Why a person has no spare, in words for his next start's timeline.
        self.why_none: dict[str, str] = {}

    @classmethod
    def of_gateway(cls, gateway: Any) -> "SparePool":
        """Return the gateway's pool, with the spares of the one before."""
        records = SpareRecords(gateway.service_settings.gateway_state_dir / RECORDS)
        pool = cls(gateway.kernel_manager, gateway.cluster, records)
        sessions = gateway.kernel_session_manager._sessions.values()
        pool.adopt({session["process_info"].get("application_id") for session in sessions})
        return pool

    def __iter__(self) -> Iterator[Spare]:
        """Those that can be taken, and those on their way."""
        return iter([*self._ready.values(), *(spare for spare, _ in self._starting.values())])

    def of(self, user: str) -> list[Spare]:
        """The spares of one person."""
        return [spare for spare in self if spare.user == user]

    @property
    def application_ids(self) -> frozenset[str]:
        """The applications that are nobody's kernel yet, for whoever counts kernels in YARN."""
        return frozenset(spare.application_id for spare in self if spare.application_id)

    def is_starting(self, spare: Spare) -> bool:
        """Whether the spare is still on its way."""
        return spare.id in self._starting

    def spec(self, kernelspec: str, user: str) -> KernelSpec | None:
        """Return the kernelspec as it is now, if it is one of YARN's and `user` may start it."""
        try:
            found = self._kernels.kernel_spec_manager.get_kernel_spec(kernelspec)
        except (NoSuchKernel, ValueError, OSError):
            return None
        spec = spec_from_metadata(found.metadata)
        return spec if spec is not None and spec.may_be_used_by(user) else None

    def fixed(self, spec: KernelSpec) -> dict[str, str]:
        """Return what a spare of `spec` would be made of, were it made now."""
        return fixed_parts(spec, self._cluster.static_parts(spec))

    async def take(self, user: str, kernelspec: str, options: str = "") -> tuple[Spare | None, str]:
        """Return the person's spare of this kernelspec and nobody else's, or None and the reason.

        `options` are what this start asks of Spark; a spare was made without any.
        """
        spec = self.spec(kernelspec, user)
        if spec is None:
            return None, "spares are made of one's own and public kernelspecs that run on YARN"
        try:
            wanted = await asyncio.to_thread(self.fixed, spec)
        except YarnError as error:
            # The start of its own will say it to whoever waits.
            return None, str(error)
        if options:
            wanted["spark_options"] = options
        await self._arrival(user, wanted)
        mine = [spare for spare in self._ready.values() if spare.user == user]
        for spare in mine:
            if spare.fixed == wanted and spare.kernel.process_proxy.ending is None:
                del self._ready[spare.id]
                return spare, ""
        return None, self._why_not(user, mine, wanted)

    def give_back(self, spare: Spare) -> None:
        """Take a spare back whose start was refused before it was touched."""
        self._ready[spare.id] = spare

    def taken(self, spare: Spare) -> None:
        """The spare is a kernel now, with a record of its own."""
        self._records.remove(spare.id)
        self.why_none[spare.user] = "its last spare was taken just before, and the next is not there yet"

    def _why_not(self, user: str, mine: list[Spare], wanted: dict[str, str]) -> str:
        for spare in mine:
            if (ending := spare.kernel.process_proxy.ending) is not None:
                return f"its spare has ended: {ending.summary}"
            return difference(spare.fixed, wanted)
        if any(spare.user == user for spare, _ in self._starting.values()):
            return "its spare is still starting"
        return self.why_none.get(user, "no JupyterLab of this person has asked for a spare")

    async def _arrival(self, user: str, wanted: dict[str, str]) -> None:
        """Wait for a spare that is on its way already: a second start beside it would delay both."""
        for spare, task in list(self._starting.values()):
            left = JOINED_UNTIL_SECONDS - spare.age_seconds
            if spare.user == user and spare.fixed == wanted and left > 0:
                await asyncio.wait({task}, timeout=left)

    def start(self, user: str, spec: KernelSpec, form: str) -> None:
        """Begin to make a spare; it can be taken once it has reported."""
        spare_id = str(uuid.uuid4())
        kernel = self._kernel(spare_id, spec.name)
        kernel.warm_up = form
        spare = Spare(spare_id, user, form, self.fixed(spec), kernel)
        task = asyncio.create_task(self._make(spare))
        self._starting[spare_id] = (spare, task)

    async def _make(self, spare: Spare) -> None:
        environment = {"KERNEL_USERNAME": spare.user, "KERNEL_ID": spare.id}
        begin = time.monotonic()
        try:
            await spare.kernel.start_kernel(env=environment, kernel_headers={})
            self._keep(spare)
            seconds = round(time.monotonic() - begin, 2)
            log.info("spare_started", kernel_id=spare.id, user=spare.user, form=spare.form, seconds=seconds)
        except Exception as error:
            # Cancelled, it is given up, and whoever did so has said why.
            log.warning("spare_not_started", user=spare.user, kernelspec=spare.kernelspec, reason=str(error))
            self.why_none[spare.user] = f"its spare did not start: {getattr(error, 'detail', error)}"
        finally:
            del self._starting[spare.id]

    def _keep(self, spare: Spare) -> None:
        """Hold it ready; nothing polls it and nothing is connected to it but the gateway's greetings."""
        spare.kernel.stop_restarter()
        spare.kernel._close_control_socket()
        self._records.write(spare.id, spare.record())
        self._ready[spare.id] = spare

    def _kernel(self, spare_id: str, kernelspec: str) -> GatewayKernel:
        kernels = self._kernels
        kernel: GatewayKernel = kernels.kernel_manager_factory(
            connection_file=f"{kernels.connection_dir}/kernel-{spare_id}.json",
            parent=kernels,
            log=kernels.log,
            kernel_name=kernelspec,
            kernel_spec_manager=kernels.kernel_spec_manager,
        )
        return kernel

    def adopt(self, applications_in_use: set[str]) -> None:
        """Take up what an earlier gateway left, but for what had become a kernel just before its end."""
        for record in self._records.read():
            application_id = record["process"]["application_id"]
            if application_id in applications_in_use:
                self._records.remove(record["id"])
                continue
            try:
                spare = self._taken_up(record)
            except Exception:
                log.exception("spare_not_taken_up", kernel_id=record["id"])
                self._records.remove(record["id"])
                self._cluster.kill(application_id, "its gateway could not take this spare up again")
                continue
            self._ready[spare.id] = spare
            log.info("spare_taken_up", kernel_id=spare.id, user=spare.user)

    def _taken_up(self, record: dict[str, Any]) -> Spare:
        kernel = self._kernel(record["id"], record["fixed"]["name"])
        kernel._get_process_proxy()
        kernel.load_connection_info(record["connection"])
        kernel.process_proxy.load_process_info(record["process"])
        kernel._launch_args = {"env": {"KERNEL_USERNAME": record["user"], "KERNEL_ID": record["id"]}}
        return Spare(record["id"], record["user"], record["form"], record["fixed"], kernel, record["made_at"])

    def end(self, spare: Spare, reason: str, *, at_once: bool = False) -> None:
        """Give a spare up, in the background; `at_once` has YARN kill it, because its memory is needed."""
        self.why_none[spare.user] = reason
        log.info("spare_ended", kernel_id=spare.id, user=spare.user, reason=reason)
        if spare.id in self._starting:
            self._starting[spare.id][1].cancel()
        elif self._ready.pop(spare.id, None) is not None:
            task = asyncio.create_task(self._end(spare, at_once or spare.warmth == "warming"))
            self._ends.add(task)
            task.add_done_callback(self._ends.discard)

    async def _end(self, spare: Spare, at_once: bool) -> None:
        proxy = spare.kernel.process_proxy
        try:
            if at_once:
                await asyncio.to_thread(proxy.kill)
            elif proxy.ending is None:
                await proxy.ask("end")
        except (OSError, ValueError):
            await asyncio.to_thread(proxy.kill)
        await proxy.ended()
        self._records.remove(spare.id)
        proxy.cleanup()
