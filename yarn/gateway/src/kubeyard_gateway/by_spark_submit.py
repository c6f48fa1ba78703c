"""Submission by spark-submit, for clusters whose ResourceManager takes none by REST."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kubeyard_kernelspecs import KernelSpec
from kubeyard_kernelspecs.application import KernelLaunch
from kubeyard_kernelspecs.bundle import filled_in_conf
from kubeyard_kernelspecs.submission_by_spark import spark_submission
from kubeyard_yarn.spark_submit import SparkSubmit

from kubeyard_gateway.application_watch import ApplicationWatch
from kubeyard_gateway.settings import Settings
from kubeyard_gateway.sparks import Spark

CONF = "submission-conf"


class BySparkSubmit:
    """Everything here blocks, for some seconds."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is written or started before the first submission."""
        self._settings = settings
        self._submitters: dict[str, SparkSubmit] = {}
        # The tags of kernels whose applications have no id yet: none of those is an orphan.
        self.awaited_tags: set[str] = set()

    def submit(self, spark: Spark, spec: KernelSpec, launch: KernelLaunch, watch: ApplicationWatch) -> str:
        """Submit, and have `watch` follow the application; raises YarnError."""
        submission = spark_submission(spec, launch, spark.runtime(), spark.cluster)
        with self._awaiting(f"kernel:{launch.kernel_id}"):
            application_id = self._submitter(spark).submit(
                launch.user, submission.program, submission.properties, submission.environment
            )
            watch.follow(application_id)
        return application_id

    @contextmanager
    def _awaiting(self, tag: str) -> Iterator[None]:
        self.awaited_tags.add(tag)
        try:
            yield
        finally:
            self.awaited_tags.discard(tag)

    def _submitter(self, spark: Spark) -> SparkSubmit:
        found = self._submitters.get(str(spark.home))
        if found is None:
            found = self._submitters[str(spark.home)] = SparkSubmit(
                self._java(), spark.home, self._conf(), self._settings.service_user
            )
        return found

    def _java(self) -> str:
        home = self._settings.java_home
        return f"{home}/bin/java" if home else shutil.which("java") or "java"

    def _conf(self) -> Path:
        folder = self._settings.gateway_state_dir / CONF
        folder.mkdir(mode=0o700, exist_ok=True)
        for name, content in filled_in_conf(self._settings.hadoop_conf_dir, os.environ).items():
            (folder / name).write_bytes(content)
        return folder
