"""The gateway's side of YARN and HDFS: submitting, killing and the runtime that kernels need."""

import os
import threading
import time

import structlog
from kubeyard_kernelspecs import KernelSpec, runtime
from kubeyard_kernelspecs.application import KernelLaunch, kernel_application
from kubeyard_kernelspecs.runtime import Runtime, RuntimeSources
from kubeyard_kernelspecs.spark_conf import ClusterSettings
from kubeyard_yarn.errors import BadRequest, YarnError
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.resource_manager import ResourceManager

from kubeyard_gateway.application_watch import ApplicationWatch
from kubeyard_gateway.settings import Settings

log = structlog.get_logger("kubeyard_gateway")
# Class archives may be added to a runtime while the gateway runs.
_LOOK_AGAIN_AFTER_SECONDS = 60


class Cluster:
    """Everything here blocks: it is called in threads, never on the event loop."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is asked yet: the gateway starts while Hadoop is still on its way."""
        self._settings = settings
        self.resource_manager = ResourceManager(settings.rm_urls, settings.service_user)
        self._files = HttpFs(settings.httpfs_url, settings.service_user).as_service()
        self._spark = ClusterSettings(
            spark_home=str(settings.spark_home),
            java_home=settings.java_home,
            hdfs_uri=settings.hdfs_uri.rstrip("/"),
            quick_start_up_to_mb=settings.gateway_quick_start_mb,
            encrypt=settings.gateway_spark_encryption,
        )
        self.tag = ""
        self._lock = threading.Lock()
        self._runtime: Runtime | None = None
        self._looked_at = 0.0

    @property
    def service_user(self) -> str:
        """The account that the gateway is for Hadoop."""
        return self._settings.service_user

    def runtime(self) -> Runtime:
        """Return the published runtime; the first call writes it to HDFS where it is not there yet."""
        with self._lock:
            if self._runtime is None:
                settings = self._settings
                sources = RuntimeSources(settings.spark_home, settings.hadoop_conf_dir, os.environ)
                begin = time.monotonic()
                self._runtime = runtime.publish(self._files, settings.hdfs_uri, settings.hdfs_root, sources)
                seconds = round(time.monotonic() - begin, 2)
                log.info("runtime_published", folder=self._runtime.folder, seconds=seconds)
                self._looked_at = time.monotonic()
            elif time.monotonic() - self._looked_at > _LOOK_AGAIN_AFTER_SECONDS:
                self._looked_at = time.monotonic()
                self._runtime = runtime.load(self._files, self._settings.hdfs_uri, self._runtime.folder)
            return self._runtime

    def static_parts(self) -> dict[str, str]:
        """Return what the platform itself fixes at a kernel's submission; blocks until it is published."""
        published = self._runtime or self.runtime()
        return {
            "runtime": published.folder,
            "spark": repr(self._spark),
            "encryption": self._settings.gateway_kernel_encryption,
        }

    def submit(self, spec: KernelSpec, launch: KernelLaunch, watch: ApplicationWatch) -> str:
        """Submit a kernel as its user and return the application's id, which `watch` follows from now on."""
        published = self.runtime()
        as_user = self.resource_manager.as_user(launch.user)
        new = as_user.new_application()
        application = kernel_application(spec, launch, published, self._spark, new.id)
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

    def kill(self, application_id: str, reason: str) -> None:
        """Have YARN end an application; trouble is logged, since nobody waits for the answer."""
        try:
            self.resource_manager.kill(application_id, reason)
        except YarnError as error:
            log.error("application_not_killed", application_id=application_id, reason=str(error))
