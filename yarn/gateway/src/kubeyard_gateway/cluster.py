"""The gateway's side of YARN and HDFS: submitting, killing and the runtime that kernels need."""

import structlog
from kubeyard_kernelspecs import KernelSpec
from kubeyard_kernelspecs.application import KernelLaunch, kernel_application
from kubeyard_kernelspecs.runtime import Runtime
from kubeyard_yarn.errors import BadRequest, YarnError
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_gateway.application_watch import ApplicationWatch
from kubeyard_gateway.by_spark_submit import BySparkSubmit
from kubeyard_gateway.settings import Settings
from kubeyard_gateway.sparks import Sparks

log = structlog.get_logger("kubeyard_gateway")


class Cluster:
    """Everything here blocks: it is called in threads, never on the event loop."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is asked yet: the gateway starts while Hadoop is still on its way."""
        self._settings = settings
        user, ca_file = settings.service_user, settings.hadoop_ca_file
        self.resource_manager = ResourceManager(settings.rm_urls, user, ca_file=ca_file)
        self._sparks = Sparks(settings, HttpFs(settings.httpfs_url, user, ca_file=ca_file).as_service())
        self._by_spark = BySparkSubmit(settings)
        self.tag = ""

    @property
    def service_user(self) -> str:
        """The account that the gateway is for Hadoop."""
        return self._settings.service_user

    def runtime(self) -> Runtime:
        """Return the runtime of the platform's own Spark; the first call publishes it."""
        return self._sparks.own.runtime()

    def static_parts(self, spec: KernelSpec) -> dict[str, str]:
        """Return what the platform itself fixes at the submission of `spec`; may block at first."""
        encryption = self._settings.gateway_kernel_encryption
        return {**self._sparks.of(spec).static_parts(), "encryption": encryption}

    def submit(self, spec: KernelSpec, launch: KernelLaunch, watch: ApplicationWatch) -> str:
        """Submit a kernel as its user and return the application's id, which `watch` follows from now on."""
        spark = self._sparks.of(spec)
        if self._settings.gateway_submission == "spark-submit":
            return self._by_spark.submit(spark, spec, launch, watch)
        as_user = self.resource_manager.as_user(launch.user)
        new = as_user.new_application()
        application = kernel_application(spec, launch, spark.runtime(), spark.cluster, new.id)
        largest = max(application.memory_mb, spec.executor_memory_mb)
        if new.maximum_memory_mb and largest > new.maximum_memory_mb:
            raise BadRequest(
                f"{spec.display_name} asks for a container of {largest} MB and the cluster gives at most "
                f"{new.maximum_memory_mb} MB; choose less memory for the kernel"
            )
        with watch.expecting(new.id):
            as_user.submit(application.to_json(new.id))
        watch.follow(new.id)
        return new.id

    @property
    def awaited_tags(self) -> set[str]:
        """The tags of kernels whose applications are being submitted under ids that nobody knows yet."""
        return self._by_spark.awaited_tags

    def look_again(self, spec: KernelSpec) -> None:
        """Have the next submission of `spec` see what of its runtime HDFS holds by then."""
        self._sparks.of(spec).look_again()

    def kill(self, application_id: str, reason: str) -> None:
        """Have YARN end an application; trouble is logged, since nobody waits for the answer."""
        try:
            self.resource_manager.kill(application_id, reason)
        except YarnError as error:
            log.error("application_not_killed", application_id=application_id, reason=str(error))
