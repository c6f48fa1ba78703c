"""A kernel as spark-submit is told to start it: the properties, and what its JVM must know."""

from dataclasses import dataclass

from kubeyard_yarn.quoting import pack_for_container

from kubeyard_kernelspecs.application import (
    KernelLaunch,
    container_report,
    kernel_properties,
    kernel_variables,
)
from kubeyard_kernelspecs.container_sizes import driver_container_mb
from kubeyard_kernelspecs.runtime import BEGIN, Runtime
from kubeyard_kernelspecs.spark_conf import (
    DRIVER_ARCHIVE,
    EXECUTOR_ARCHIVE,
    ClusterSettings,
    properties_file,
    quick_start,
)
from kubeyard_kernelspecs.spec import KernelSpec

_FOR_CONTAINER = "spark.yarn.appMasterEnv."


@dataclass(frozen=True)
class SparkSubmission:
    """What `kubeyard_yarn.spark_submit` is given."""

    program: str
    properties: str
    environment: dict[str, str]


def spark_submission(
    spec: KernelSpec, launch: KernelLaunch, runtime: Runtime, cluster: ClusterSettings
) -> SparkSubmission:
    """Return the submission that runs `spec` for `launch`.

    The kernel begins where Spark begins its Python program, and so after Java; nothing is uploaded but
    Spark's own configuration, since all files lie in HDFS already.
    """
    python_side = runtime.resources["pyspark.zip"].uri
    properties = kernel_properties(spec, launch, runtime, cluster) | _places(spec, runtime)
    properties |= _driver(spec, launch, runtime, cluster)
    variables = kernel_variables(launch, cluster) | {
        "KUBEYARD_KERNEL": pack_for_container(container_report(launch, spec)),
        "PYTHONPATH": "{{PWD}}/launcher.zip",
    }
    properties |= {f"{_FOR_CONTAINER}{name}": value for name, value in variables.items()}
    return SparkSubmission(
        program=f"{cluster.hdfs_uri}{runtime.folder}/{BEGIN}",
        properties=properties_file(properties),
        # Otherwise it would upload Spark's Python side for each kernel.
        environment={"PYSPARK_ARCHIVES_PATH": python_side},
    )


def _places(spec: KernelSpec, runtime: Runtime) -> dict[str, str]:
    files = [f"{runtime.resources['launcher.zip'].uri}#launcher.zip"]
    if runtime.driver_archive:
        files.append(f"{runtime.driver_archive.uri}#{DRIVER_ARCHIVE}")
    if runtime.executor_archive:
        files.append(f"{runtime.executor_archive.uri}#{EXECUTOR_ARCHIVE}")
    return {
        "spark.yarn.dist.files": ",".join(files),
        "spark.yarn.dist.archives": f"{spec.archive.uri}#environment",
    }


def _driver(
    spec: KernelSpec, launch: KernelLaunch, runtime: Runtime, cluster: ClusterSettings
) -> dict[str, str]:
    options = quick_start(spec.driver_memory_mb, cluster)
    if runtime.driver_archive:
        options.append(f"-XX:SharedArchiveFile={DRIVER_ARCHIVE}")
    return {
        "spark.driver.memoryOverhead": f"{driver_container_mb(spec) - spec.driver_memory_mb}m",
        "spark.driver.extraJavaOptions": " ".join(options),
        # As where the class archive was made: jars before any folder.
        "spark.driver.extraClassPath": f"{cluster.spark_home}/jars/*",
        "spark.yarn.submit.waitAppCompletion": "false",
        # Who may see and end the application beside its user.
        "spark.ui.view.acls": launch.service_user,
        "spark.modify.acls": launch.service_user,
    }
