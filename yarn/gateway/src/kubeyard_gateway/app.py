"""The gateway: Enterprise Gateway with signed identity, and kernels that are YARN applications."""

import asyncio
import logging
import ssl
from ipaddress import ip_address
from typing import Any, ClassVar

import structlog
from enterprise_gateway.enterprisegatewayapp import EnterpriseGatewayApp
from enterprise_gateway.services.kernels.handlers import (
    KernelHandler,
    MainKernelHandler,
    ZMQChannelsHandler,
)
from enterprise_gateway.services.kernelspecs.handlers import (
    KernelSpecHandler,
    KernelSpecResourceHandler,
    MainKernelSpecHandler,
)
from jupyter_server.services.kernels.handlers import _kernel_id_regex
from kubeyard_identity import Verifier
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from kubeyard_gateway import dates, service_pages
from kubeyard_gateway.application_watch import ApplicationWatch
from kubeyard_gateway.channels import Channels
from kubeyard_gateway.cluster import Cluster
from kubeyard_gateway.culling import Culler
from kubeyard_gateway.duties import keep_up
from kubeyard_gateway.endings import RECORD, Endings
from kubeyard_gateway.endings_routes import EndingsOfKernels
from kubeyard_gateway.guard import Guard, WithoutQuery
from kubeyard_gateway.instance import own_tag
from kubeyard_gateway.kernel_notebook import NotebookOfKernel
from kubeyard_gateway.kernels import KernelActions, Kernels
from kubeyard_gateway.kernelspecs import DEFAULT_KERNEL, KernelSpecLogos, KernelSpecs, OneKernelSpec
from kubeyard_gateway.latest_word import LatestWord
from kubeyard_gateway.leases import Leases
from kubeyard_gateway.limits import Gate
from kubeyard_gateway.limits_file import LimitsFile
from kubeyard_gateway.memberships import Memberships
from kubeyard_gateway.one_kernel import OneKernel
from kubeyard_gateway.presence import Presence
from kubeyard_gateway.reconciler import Reconciler
from kubeyard_gateway.reports import Reports
from kubeyard_gateway.settings import Settings, address_of
from kubeyard_gateway.spare_keeper import SpareKeeper
from kubeyard_gateway.spare_pool import SparePool
from kubeyard_gateway.spare_routes import Spares
from kubeyard_gateway.starts import Starts, StartsUnderWay
from kubeyard_gateway.survival import leave

log = structlog.get_logger("kubeyard_gateway")
AUDIENCE = "kubeyard-gateway"
# No client of a gateway calls these, and each would be one more door.
LEFT_OUT = frozenset({"SessionRootHandler", "SessionHandler", "SpecJsonHandler", "APIYamlHandler"})
REPLACED: dict[type, type] = {
    MainKernelHandler: Kernels,
    ZMQChannelsHandler: Channels,
    MainKernelSpecHandler: KernelSpecs,
    KernelHandler: OneKernel,
    KernelSpecHandler: OneKernelSpec,
    KernelSpecResourceHandler: KernelSpecLogos,
}


class KubeyardGateway(EnterpriseGatewayApp):
    """Enterprise Gateway, changed at its seams: handlers, managers, sessions, call-back port."""

    name = "kubeyard-gateway"
    aliases: ClassVar[dict[str, Any]] = {}
    flags: ClassVar[dict[str, Any]] = {}

    def __init__(self, service_settings: Settings, **kwargs: Any) -> None:
        """`service_settings` decides everything: no configuration file and no EG_* variable does."""
        self.service_settings = service_settings
        self.cluster = Cluster(service_settings)
        self.tls = service_settings.tls()
        self.cluster.tag = own_tag(service_settings.gateway_state_dir)
        self.watch = ApplicationWatch(self.cluster.resource_manager)
        self.endings = Endings(service_settings.gateway_state_dir / RECORD)
        self.starts = Starts()
        self.watch.on_look.append(self.starts.note)
        self.leases = Leases(
            self.cluster.resource_manager, self.watch, service_settings.gateway_lease_seconds
        )
        self.presence = Presence(service_settings.gateway_gone_seconds)
        self.reconciler = Reconciler(self.cluster, self.watch)
        self.gate = Gate(
            LimitsFile(service_settings.gateway_limits_file),
            Memberships(service_settings.gateway_state_dir / "memberships.json"),
            self.cluster.resource_manager,
        )
        super().__init__(**kwargs)

    def load_config_file(self, *args: Any, **kwargs: Any) -> None:
        """Read no file from Jupyter's folders: what lies there is for other programs."""

    def migrate_config(self) -> None:
        """Copy nothing between Jupyter's folders either."""

    def _build_ssl_options(self) -> ssl.SSLContext | None:
        """Serve with our own certificate; stock's would stay with TLS 1.2 and the files of the start."""
        if self.tls is None and not ip_address(self.ip).is_loopback:
            log.warning("gateway_in_clear", address=self.ip, advice="set KUBEYARD_GATEWAY_TLS_CERTIFICATE")
        return self.tls.context if self.tls else None

    def init_configurables(self) -> None:
        """Open the call-back port before any kernel of an earlier gateway is taken up."""
        self.reports = Reports.instance(self.service_settings.gateway_response)
        dates.install()
        super().init_configurables()
        self.spares = SparePool.of_gateway(self)
        self.gate.kernelspecs = self.kernel_spec_manager
        self.gate.hidden = lambda: self.spares.application_ids
        self.spare_keeper = SpareKeeper.of_gateway(self)

    def _create_request_handlers(self) -> list[tuple[Any, ...]]:
        """Put the guard before every route that stays."""
        guarded: list[tuple[Any, ...]] = [
            (r"/healthz", service_pages.Healthz),
            (r"/readyz", service_pages.Readyz),
            (r"/metrics", service_pages.Metrics),
            (r"/api/spares", Spares),
            (r"/api/endings", EndingsOfKernels),
            (r"/api/starts", StartsUnderWay),
            (rf"/api/kernels/{_kernel_id_regex}/notebook", NotebookOfKernel),
        ]
        for pattern, handler, *rest in super()._create_request_handlers():
            if handler.__name__ not in LEFT_OUT:
                guarded.append((pattern, _behind_guard(handler), *rest))
        return guarded

    def init_webapp(self) -> None:
        """Add what our handlers ask the application for."""
        settings = self.service_settings
        super().init_webapp()
        self.web_app.settings.update(
            verifier=Verifier(settings.jwks_file, settings.issuer, AUDIENCE, settings.clock_leeway_seconds),
            latest_word=LatestWord(
                settings.gateway_state_dir / "roles.json",
                on_loss=lambda who: Channels.end_without_right(who, self.kernel_manager.may),
            ),
            service_settings=settings,
            cluster=self.cluster,
            watch=self.watch,
            gate=self.gate,
            spares=self.spares,
            endings=self.endings,
            starts=self.starts,
            spare_keeper=self.spare_keeper,
            log_function=_log_request,
            websocket_max_message_size=settings.gateway_message_mb << 20,
        )
        # Enterprise Gateway has just set the root logger to its own level.
        logging.getLogger().setLevel(settings.log_level)

    def start(self) -> None:
        """Serve until a signal ends it."""
        loop = asyncio.get_event_loop()
        self._tasks = [loop.create_task(keep_up(self.watch)), loop.create_task(self.reports.serve())]
        settings = self.service_settings
        culler = Culler(
            self.kernel_manager, settings.gateway_cull_idle_seconds, settings.gateway_cull_warning_seconds
        )
        if self.tls is not None:
            self._tasks.append(loop.create_task(keep_up(self.tls)))
        for duty in (self.leases, self.presence, self.reconciler, culler):
            self._tasks.append(loop.create_task(keep_up(duty)))
        self._tasks.append(loop.create_task(self._publish()))
        self._tasks.append(loop.create_task(self.spare_keeper.run()))
        loop.call_soon(self.kernel_manager.follow_starts)
        log.info("gateway_started", address=f"{self.ip}:{self.port}", reports=self.reports.response_address)
        super().start()

    async def _publish(self) -> None:
        """Have the runtime in HDFS before the first kernel is asked for."""
        while True:
            try:
                await asyncio.to_thread(self.cluster.runtime)
            except Exception as error:
                log.warning("runtime_not_published", reason=str(error))
                await asyncio.sleep(2)
            else:
                return

    def shutdown(self) -> None:
        """Leave kernels in YARN to the next gateway: a restart or an upgrade ends none."""
        loop = asyncio.get_event_loop()
        self.http_server.stop()
        loop.run_until_complete(leave(self.kernel_manager, self.reports))
        for task in self._tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        log.info("gateway_stopped")


def gateway(settings: Settings) -> KubeyardGateway:
    """Return the gateway that `settings` describe, its ports bound."""
    ip, port = address_of(settings.gateway_bind)
    state = settings.gateway_state_dir
    for folder in (state, state / "runtime"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    app: KubeyardGateway = KubeyardGateway.instance(
        service_settings=settings,
        ip=ip,
        port=port,
        port_retries=0,
        runtime_dir=str(state / "runtime"),
        data_dir=str(state),
        list_kernels=True,
        availability_mode="standalone",
        default_kernel_name=DEFAULT_KERNEL,
        impersonation_enabled=False,
        # Reserved names never get a token: who may start kernels is decided where tokens are made.
        unauthorized_users=set(),
        kernel_spec_manager_class="kubeyard_gateway.kernelspecs.PlatformKernelSpecs",
        kernel_manager_class="kubeyard_gateway.kernel_map.OwnedKernels",
        kernel_session_manager_class="kubeyard_gateway.sessions.PrivateSessions",
        log=logging.getLogger("enterprise_gateway"),
    )
    app.initialize([])
    return app


def _behind_guard(handler: type) -> type:
    if handler in REPLACED:
        return REPLACED[handler]
    if handler.__name__ == "KernelActionHandler":
        return KernelActions
    # Says 404 to everything and knows nothing.
    if handler.__name__ == "NotFoundHandler":
        return type("NotFound", (WithoutQuery, handler), {})
    return type(f"Guarded{handler.__name__}", (Guard, handler), {})


def _log_request(handler: RequestHandler) -> None:
    """One event a request, without the query: a token sent there must not end up in a log."""
    request: HTTPServerRequest = handler.request
    log.info(
        "request",
        method=request.method,
        path=request.path,
        status=handler.get_status(),
        user=getattr(getattr(handler, "caller", None), "name", None),
        milliseconds=round(1000 * request.request_time(), 1),
    )
