"""A kernel that is a YARN application, as Enterprise Gateway sees its process."""

import asyncio
import hmac
import json
import re
import secrets
import signal
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any

import structlog
from enterprise_gateway.services.processproxies.processproxy import RemoteProcessProxy
from kubeyard_kernelspecs import KernelSpec, spark_options, spec_from_metadata
from kubeyard_kernelspecs.application import KernelLaunch
from kubeyard_kernelspecs.launcher.sealing import Seal
from kubeyard_yarn.applications import Application, ApplicationState
from kubeyard_yarn.errors import BadRequest, NotFound, Refused, Unreachable, YarnError

from kubeyard_gateway.application_watch import Ending
from kubeyard_gateway.death import death_of, spec_of
from kubeyard_gateway.encryption import Curve, is_public_key
from kubeyard_gateway.refusal import Refusal
from kubeyard_gateway.succession import mark_stage, take_over

log = structlog.get_logger("kubeyard_gateway")
# What a client may ask of Spark for its kernel, as an object of JSON.
SPARK_OPTIONS = "KERNEL_SPARK_OPTIONS"
LOOK_EVERY_SECONDS = 0.25
REQUEST_TIMEOUT_SECONDS = 3
# Another process took a port between the kernel's choice and its use: worth one more try.
_PORT_TAKEN = "Address already in use"
_NO_KEY = (
    "the kernel told no key for the encrypted way to it: its launcher is not this gateway's. Start it again; "
    "if it fails again, the platform's administrator can restart the gateway, which ships its own launcher"
)
# YARN names the file that a node could not fetch.
_CLASS_ARCHIVE = re.compile(r"(driver|executor)-[\d-]+\.jsa")
_STATUS_OF: dict[type[YarnError], int] = {Refused: 403, BadRequest: 400, NotFound: 404, Unreachable: 503}


class YarnKernelProxy(RemoteProcessProxy):
    """Submits in-process, asks the one watch for its state, and ends the application through the kernel."""

    def __init__(self, kernel_manager: Any, proxy_config: dict[str, Any]) -> None:
        """Made by Enterprise Gateway from the kernelspec's class name, once for each start."""
        super().__init__(kernel_manager, proxy_config)
        gateway = kernel_manager.parent.parent
        self._cluster = gateway.cluster
        self._watch = gateway.watch
        self._leases = gateway.leases
        self._presence = gateway.presence
        self._settings = gateway.service_settings
        self.application_id = ""
        # YARN's name for where the kernel runs; empty where it does not tell.
        self.container_id = ""
        # Of a kernel that has given its place to another: its manager holds the other's key by then.
        self.signing_key: bytes | None = None
        # None where the way to the kernel is not encrypted.
        self.curve: Curve | None = None
        # Requests are numbered: one that overtook another would make the kernel refuse the slower.
        self._requests = threading.Lock()

    async def launch_process(self, kernel_cmd: list[str], **kwargs: Any) -> "YarnKernelProxy":
        """Submit the application and return once its kernel has reported."""
        await super().launch_process(kernel_cmd, **kwargs)
        environment = kwargs["env"]
        # A client may wait longer than is usual here; what it will not wait for is its own affair.
        usual = self._settings.gateway_launch_timeout_seconds
        self.kernel_launch_timeout: float = max(float(environment.get("KERNEL_LAUNCH_TIMEOUT") or 0), usual)
        spec = spec_from_metadata(self.kernel_manager.kernel_spec.metadata)
        if spec is None:
            raise Refusal(
                500, f"the kernelspec {self.kernel_manager.kernel_name} does not say what to submit"
            )
        if await take_over(self):
            return self
        try:
            await self._start(spec, environment)
        except Refusal as refusal:
            if not self._may_go_better(spec, refusal.detail):
                raise
            log.info("kernel_start_repeated", kernel_id=self.kernel_id, reason=refusal.detail)
            # Should it not have ended, nobody knows it any more, and the reconciler ends it.
            self._watch.forget(self.application_id)
            await self._start(spec, environment)
        return self

    def _may_go_better(self, spec: KernelSpec, reason: str) -> bool:
        if _CLASS_ARCHIVE.search(reason):
            # It was taken away, or another lies in its place: what HDFS holds now is asked for anew.
            self._cluster.look_again(spec)
            return True
        if self.ending is not None and self.ending.state == ApplicationState.UNKNOWN:
            # A ResourceManager ended before it had stored the submission. YARN's own client repeats it too.
            return True
        return _PORT_TAKEN in reason

    async def confirm_remote_startup(self) -> None:
        """Part of the base class's contract; the start is confirmed where it is made."""

    async def _start(self, spec: KernelSpec, environment: Mapping[str, str]) -> None:
        ticket = secrets.token_urlsafe(24)
        self.curve = Curve.fresh() if self._settings.gateway_kernel_encryption == "curve" else None
        launch = KernelLaunch(
            kernel_id=self.kernel_id,
            user=environment["KERNEL_USERNAME"],
            response_address=self.response_manager.response_address,
            public_key=self.response_manager.public_key,
            ticket=ticket,
            service_user=self._cluster.service_user,
            warm_up=self.kernel_manager.warm_up,
            gateway=self._cluster.tag,
            gone_after_seconds=self._settings.gateway_gone_seconds,
            kept_output_bytes=self._settings.gateway_kept_output_mb << 20,
            curve_key=self.curve.public if self.curve else "",
            spark_options=spark_options.from_text(environment.get(SPARK_OPTIONS, "")),
        )
        report = self.response_manager.expect(self.kernel_id, ticket)
        try:
            with self._watch.attention():
                await asyncio.to_thread(self._submit, spec, launch)
                mark_stage(self, "submitted")
                log.info("kernel_submitted", kernel_id=self.kernel_id, application_id=self.application_id)
                self._connect(await self._reported(report))
                self._leases.begin(self.application_id)
        except YarnError as error:
            raise Refusal(_STATUS_OF.get(type(error), 502), str(error)) from error
        finally:
            self.response_manager.give_up(self.kernel_id)

    def _submit(self, spec: KernelSpec, launch: KernelLaunch) -> None:
        self.application_id = self._cluster.submit(spec, launch, self._watch)

    async def _reported(self, report: "asyncio.Future[dict[str, Any]]") -> dict[str, Any]:
        """Wait for the kernel's report, and meanwhile for news that none will come."""
        deadline = time.monotonic() + self.kernel_launch_timeout
        try:
            while not (await asyncio.wait({report}, timeout=LOOK_EVERY_SECONDS))[0]:
                # The watch looks for all that wait.
                if self.ending is not None:
                    raise Refusal(503, f"YARN did not run {self.application_id}. {self._why_ended()}")
                if time.monotonic() > deadline:
                    raise Refusal(504, await self._why_waiting())
            found = report.result()
            if "error" in found:
                said, traceback = found["error"], str(found.get("traceback") or "")
                raise Refusal(500, f"the kernel did not start in its container: {said}", traceback)
            if self.curve is not None and not is_public_key(str(found.get("curve_key", ""))):
                raise Refusal(502, _NO_KEY)
        except (Refusal, asyncio.CancelledError) as error:
            if isinstance(error, Refusal):
                error.application_id = self.application_id
            # Whoever waits no longer must not leave an application behind.
            await asyncio.to_thread(self.kill)
            raise
        return found

    def application(self) -> Application:
        """Return what YARN says of the application now, blocking; raises YarnError."""
        found: Application = self._cluster.resource_manager.application(self.application_id)
        return found

    def take(self, connection: dict[str, Any], other: "YarnKernelProxy") -> None:
        """Become the one that stands for another's kernel, which `connection` leads to."""
        self.application_id = other.application_id
        report = {**connection, "ip": other.comm_ip, "comm_port": other.comm_port}
        self.curve = other.curve
        report["container"] = other.container_id
        other.cleanup()
        self._watch.follow(self.application_id)
        self._connect(report)

    async def _ask(self) -> Ending | None:
        try:
            ending: Ending | None = await asyncio.to_thread(self._watch.ask, self.application_id)
        except Unreachable:
            # It has the submission and will be back; the deadline bounds the wait.
            return None
        return ending

    async def _why_waiting(self) -> str:
        seconds = self.kernel_launch_timeout
        try:
            manager = self._cluster.resource_manager
            found = await asyncio.to_thread(manager.application, self.application_id)
        except YarnError as error:
            return f"the kernel did not start within {seconds:g} s: {error}"
        words = self.kernel_manager.parent.parent.starts.words(self.kernel_id)
        return (
            f"the kernel did not start within {seconds:g} s; its application is {found.state} in queue "
            f"{found.queue}. {words or found.diagnostics or 'YARN gives no reason'}"
        )

    def _why_ended(self) -> str:
        """Plain words first, and YARN's own behind them."""
        plain = death_of(self.ending, spec_of(self.kernel_manager)).text
        return f"{plain} ({self.ending.summary})" if self.ending else plain

    def _connect(self, report: dict[str, Any]) -> None:
        """Take over the ports, key and address that the kernel reported."""
        self.ip = self.assigned_ip = self.assigned_host = self.comm_ip = str(report["ip"])
        self.comm_port = int(report.pop("comm_port"))
        self.container_id = str(report.pop("container", ""))
        self._watch.runs_in(self.application_id, self.container_id)
        # The process lives on another machine: its number means nothing here.
        report.pop("pid", None)
        report.pop("pgid", None)
        if self.curve and "curve_key" in report:
            self.curve = self.curve.of_kernel(str(report.pop("curve_key")))
        self.kernel_manager.stdin_port = self.kernel_manager.iopub_port = 0
        self.kernel_manager.shell_port = self.kernel_manager.hb_port = 0
        self.kernel_manager.control_port = 0
        self.kernel_manager.load_connection_info(info=report)
        self.kernel_manager._connection_file_written = True
        mark_stage(self, "ready")
        self._presence.attend(self)

    def poll(self) -> bool | None:
        """Return None while the kernel lives, False when it has ended; asks nobody."""
        return None if self.application_id and self.ending is None else False

    @property
    def ending(self) -> Ending | None:
        """How the application ended, if it has."""
        return self._watch.ending(self.application_id)  # type: ignore[no-any-return]  # the app is untyped

    def wait(self) -> None:
        """Nothing to reap: the process is YARN's."""

    def send_signal(self, signum: int) -> bool | None:
        """Pass a signal on to the kernel, blocking; SIGKILL goes to YARN."""
        if signum == 0:
            return self.poll()
        if signum == signal.SIGKILL:
            return self.kill()
        try:
            self._request({"signum": int(signum)})
        except OSError as error:
            log.info("kernel_not_signalled", kernel_id=self.kernel_id, signum=int(signum), reason=str(error))
            return False
        return None

    async def ask(self, question: str, **content: object) -> Any:
        """Ask the kernel by the question's name; raises OSError or ValueError without an answer."""
        return json.loads(await asyncio.to_thread(self._request, {"ask": question, **content}))

    def _request(self, request: dict[str, object]) -> bytes:
        with self._requests:
            return self._exchange(request)

    def _exchange(self, request: dict[str, object]) -> bytes:
        # Each number is greater than the last, after a restart of the gateway too: none counts twice.
        number = time.time_ns()
        body = json.dumps({**request, "number": number})
        key = self.signing_key or self.kernel_manager.session.key
        mac = hmac.new(key, body.encode(), "sha256").hexdigest()
        message = json.dumps({"body": body, "mac": mac}).encode()
        seal = Seal(key) if self.curve else None
        with socket.create_connection((self.comm_ip, self.comm_port), REQUEST_TIMEOUT_SECONDS) as connection:
            connection.sendall(seal.close(message, "request") if seal else message)
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        return seal.open(answer, f"answer {number}") if seal else answer

    def greet(self) -> dict[str, Any] | None:
        """Tell the kernel that its gateway is there; return what it is doing, None without an answer."""
        try:
            told: dict[str, Any] = json.loads(self._request({"ask": "activity"}))
        except (OSError, ValueError):
            return None
        return told

    def shutdown_listener(self) -> None:
        """Our listener is a thread and ends with its kernel."""

    def terminate(self) -> bool | None:
        """End the application through YARN: a kernel that ignored its end ignores a signal too."""
        return self.kill()

    def kill(self) -> bool | None:
        """Have YARN kill the application, blocking; None on success."""
        if not self.application_id:
            return False
        try:
            self._cluster.resource_manager.kill(self.application_id, f"kernel {self.kernel_id} was stopped")
        except NotFound:
            return None
        except YarnError as error:
            log.error("application_not_killed", application_id=self.application_id, reason=str(error))
            return False
        return None

    async def ended(self) -> None:
        """Wait until YARN says that the application has ended; kill it when it takes too long."""
        deadline = time.monotonic() + self._settings.gateway_stop_timeout_seconds
        with self._watch.attention():
            while self.ending is None and await self._ask() is None:
                if time.monotonic() > deadline:
                    log.warning("kernel_killed", kernel_id=self.kernel_id, application_id=self.application_id)
                    await asyncio.to_thread(self.kill)
                    return
                await self._watch.turn()

    def cleanup(self) -> None:
        """Let go of the application after its end."""
        self._watch.forget(self.application_id)
        self._presence.leave(self)
        super().cleanup()

    def get_process_info(self) -> dict[str, Any]:
        """Return what a later gateway needs to find this kernel again."""
        curve = self.curve.record() if self.curve else None
        own = {"application_id": self.application_id, "container": self.container_id, "curve": curve}
        return {**super().get_process_info(), **own}

    def load_process_info(self, process_info: dict[str, Any]) -> None:
        """Take up a kernel that an earlier gateway started."""
        super().load_process_info(process_info)
        self.application_id = process_info["application_id"]
        self.curve = Curve.from_record(process_info.get("curve"))
        self.container_id = process_info.get("container", "")
        self._watch.follow(self.application_id)
        self._watch.runs_in(self.application_id, self.container_id)
        self._presence.attend(self)
