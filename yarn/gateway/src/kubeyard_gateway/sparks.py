"""The Sparks that kernels may run on, each with the runtime that its containers need."""

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import structlog
from kubeyard_kernelspecs import KernelSpec, runtime
from kubeyard_kernelspecs.runtime import Runtime, RuntimeSources
from kubeyard_kernelspecs.spark_conf import ClusterSettings
from kubeyard_kernelspecs.spark_version import spark_version
from kubeyard_yarn.errors import BadRequest
from kubeyard_yarn.httpfs import UserFiles

from kubeyard_gateway.settings import Settings

log = structlog.get_logger("kubeyard_gateway")
# Class archives may be added to a runtime while the gateway runs.
_LOOK_AGAIN_AFTER_SECONDS = 60


class Spark:
    """One Spark, which lies in the same place on every node."""

    def __init__(self, home: Path, settings: Settings, files: UserFiles) -> None:
        """Nothing is published yet."""
        self.version = spark_version(home)
        self.home = home
        self._settings = settings
        self._files = files
        self.cluster = ClusterSettings(
            spark_home=str(home),
            java_home=settings.java_home,
            hdfs_uri=settings.hdfs_uri.rstrip("/"),
            first_compiler_up_to_mb=settings.gateway_first_compiler_mb,
            serial_gc_up_to_mb=settings.gateway_serial_gc_mb,
            encrypt=settings.gateway_spark_encryption,
        )
        self._lock = threading.Lock()
        self._runtime: Runtime | None = None
        self._looked_at = 0.0

    def runtime(self) -> Runtime:
        """Return the published runtime, blocking; the first call writes it to HDFS if it is not there."""
        with self._lock:
            if self._runtime is None:
                self._runtime = self._published()
                self._looked_at = time.monotonic()
            elif time.monotonic() - self._looked_at > _LOOK_AGAIN_AFTER_SECONDS:
                self._looked_at = time.monotonic()
                hdfs_uri = self._settings.hdfs_uri
                self._runtime = runtime.load(self._files, hdfs_uri, self._runtime.folder)
            return self._as_wanted(self._runtime)

    def look_again(self) -> None:
        """Have the next call see what HDFS holds by then."""
        self._looked_at = -_LOOK_AGAIN_AFTER_SECONDS - 1.0

    def static_parts(self) -> dict[str, str]:
        """Return what this Spark fixes at a kernel's submission; blocks until it is published."""
        folder = (self._runtime or self.runtime()).folder
        return {"runtime": folder, "spark": f"{self.cluster!r} {self._settings.gateway_submission}"}

    def _published(self) -> Runtime:
        settings = self._settings
        sources = RuntimeSources(self.home, settings.hadoop_conf_dir, os.environ)
        begin = time.monotonic()
        published = runtime.publish(self._files, settings.hdfs_uri, settings.hdfs_root, sources)
        seconds = round(time.monotonic() - begin, 2)
        log.info("runtime_published", folder=published.folder, spark=self.version, seconds=seconds)
        return published

    def _as_wanted(self, found: Runtime) -> Runtime:
        if self._settings.gateway_class_archives:
            return found
        return replace(found, driver_archive=None, executor_archive=None)


class Sparks:
    """The platform's own Spark, and those that kernelspecs may name beside it."""

    def __init__(self, settings: Settings, files: UserFiles) -> None:
        """Each folder was found to hold a Spark when the settings were checked."""
        self.own = Spark(settings.spark_home, settings, files)
        further = [Spark(home, settings, files) for home in settings.spark_homes]
        self._by_version = {each.version: each for each in (*further, self.own)}

    def of(self, spec: KernelSpec) -> Spark:
        """Return the Spark that `spec` runs on; raises BadRequest when this gateway has none such."""
        if not spec.spark:
            return self.own
        found = self._by_version.get(spec.spark)
        if found is None:
            there = ", ".join(sorted(filter(None, self._by_version)))
            raise BadRequest(
                f"{spec.display_name} runs on Spark {spec.spark}, and there is only {there}; "
                "choose another kernel, or have KUBEYARD_SPARK_HOMES name that Spark too"
            )
        return found
