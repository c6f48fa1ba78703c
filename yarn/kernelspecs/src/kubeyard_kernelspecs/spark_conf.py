"""Spark's configuration of one kernel, as the two property files that its driver reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from kubeyard_yarn.submission import LocalResource

from kubeyard_kernelspecs.runtime import Runtime
from kubeyard_kernelspecs.spec import KernelSpec

PYTHON = "./environment/bin/python"
# Expanded by YARN in each container: the archives lie beside the program there.
PYTHON_PATH = "{{PWD}}/pyspark.zip"
EXECUTOR_ARCHIVE = "executor.jsa"
DRIVER_ARCHIVE = "driver.jsa"
FIRST_COMPILER = "-XX:TieredStopAtLevel=1"
# Java's second compiler, ten times as late as by default: while a job is short it would take the processor
# from the job itself; one that runs for long gets its code, which is six times as fast as the first one's.
LATE_SECOND_COMPILER = (
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
)
SERIAL_GC = "-XX:+UseSerialGC"
# On YARN each application makes a secret of its own and hands it to its executors.
_ENCRYPTION = {
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    "spark.io.encryption.enabled": "true",
    "spark.io.encryption.keySizeBits": "256",
}


@dataclass(frozen=True)
class ClusterSettings:
    """What the submitter knows of the nodes; the same on every one of them."""

    spark_home: str
    java_home: str
    hdfs_uri: str
    # Drivers up to this size start sooner, with the quick one of Java's two compilers alone, and executors
    # with the other one late: a job that runs for long is theirs.
    first_compiler_up_to_mb: int = 1024
    # Drivers and executors up to this size: with the collector that needs no threads of its own.
    serial_gc_up_to_mb: int = 1024
    executor_idle_seconds: int = 60
    # Nobody on the way between driver and executors reads along, and nobody with a node's disk does.
    encrypt: bool = False


def spark_properties(
    spec: KernelSpec, runtime: Runtime, cluster: ClusterSettings, tags: tuple[str, ...], local_ip: str
) -> dict[str, str]:
    """Return `spark.*` of a kernel; `local_ip` is set where everything runs on one machine."""
    jars = f"{cluster.spark_home}/jars/*"
    properties = {
        "spark.master": "yarn",
        "spark.submit.deployMode": "cluster",
        "spark.yarn.isPython": "true",
        "spark.yarn.jars": f"local:{jars}",
        "spark.yarn.maxAppAttempts": "1",
        "spark.yarn.queue": spec.queue,
        "spark.yarn.tags": ",".join(tags),
        "spark.app.name": spec.display_name,
        "spark.driver.memory": f"{spec.driver_memory_mb}m",
        "spark.executor.memory": f"{spec.executor_memory_mb}m",
        "spark.executor.cores": str(spec.executor_cores),
        # The session does not wait for executors: a cell that needs none runs at once.
        "spark.scheduler.minRegisteredResourcesRatio": "0",
        # Jars before any folder: a class archive is refused otherwise.
        "spark.executor.extraClassPath": jars,
        "spark.executor.extraJavaOptions": " ".join(executor_options(spec, runtime, cluster)),
        "spark.executorEnv.PYTHONNOUSERSITE": "1",
        "spark.executorEnv.PYTHONPATH": PYTHON_PATH,
        "spark.executorEnv.PYSPARK_PYTHON": PYTHON,
    }
    if cluster.java_home:
        properties["spark.executorEnv.JAVA_HOME"] = cluster.java_home
    if local_ip:
        properties["spark.executorEnv.SPARK_LOCAL_IP"] = local_ip
    return properties | _allocation(spec, cluster) | (_ENCRYPTION if cluster.encrypt else {})


def executor_options(spec: KernelSpec, runtime: Runtime, cluster: ClusterSettings) -> list[str]:
    """Return the JVM options of an executor."""
    options = [f"-XX:SharedArchiveFile={EXECUTOR_ARCHIVE}"] if runtime.executor_archive else []
    if spec.executor_memory_mb <= cluster.first_compiler_up_to_mb:
        options += LATE_SECOND_COMPILER
    return options + _collector(spec.executor_memory_mb, cluster)


def quick_start(memory_mb: int, cluster: ClusterSettings) -> list[str]:
    """Return the JVM options that make a small driver start sooner."""
    options = [FIRST_COMPILER] if memory_mb <= cluster.first_compiler_up_to_mb else []
    return options + _collector(memory_mb, cluster)


def _collector(memory_mb: int, cluster: ClusterSettings) -> list[str]:
    return [SERIAL_GC] if memory_mb <= cluster.serial_gc_up_to_mb else []


def _allocation(spec: KernelSpec, cluster: ClusterSettings) -> dict[str, str]:
    """An idle kernel holds no executor, or a few kernels would starve all others of theirs."""
    return {
        "spark.dynamicAllocation.enabled": "true",
        "spark.dynamicAllocation.shuffleTracking.enabled": "true",
        "spark.dynamicAllocation.minExecutors": "0",
        # Asked for with the session, so that the first job does not wait for the decision to ask.
        "spark.dynamicAllocation.initialExecutors": str(min(1, spec.executors)),
        "spark.dynamicAllocation.maxExecutors": str(max(1, spec.executors)),
        "spark.dynamicAllocation.executorIdleTimeout": f"{cluster.executor_idle_seconds}s",
        # Without it one that ever took part in a shuffle stays until the driver happens to collect garbage,
        # half an hour and more. A job that needs an old shuffle again makes it anew.
        "spark.dynamicAllocation.shuffleTracking.timeout": f"{cluster.executor_idle_seconds}s",
        "spark.dynamicAllocation.cachedExecutorIdleTimeout": "1800s",
    }


def cached_files(spec: KernelSpec, runtime: Runtime) -> dict[str, str]:
    """Return what executors localise: spark-submit would upload it, here it lies in HDFS already."""
    resources = {"environment": spec.archive} | {
        name: runtime.resources[name] for name in ("pyspark.zip", "__spark_conf__")
    }
    if runtime.executor_archive:
        resources[EXECUTOR_ARCHIVE] = runtime.executor_archive
    return _cache_properties(resources)


def _cache_properties(resources: Mapping[str, LocalResource]) -> dict[str, str]:
    found = list(resources.values())
    return {
        "spark.yarn.cache.filenames": ",".join(f"{item.uri}#{name}" for name, item in resources.items()),
        "spark.yarn.cache.sizes": ",".join(str(item.size) for item in found),
        "spark.yarn.cache.timestamps": ",".join(str(item.timestamp_ms) for item in found),
        "spark.yarn.cache.visibilities": ",".join(item.visibility for item in found),
        "spark.yarn.cache.types": ",".join(item.kind for item in found),
    }


def properties_file(properties: Mapping[str, str]) -> str:
    """Return a Java properties file: every character that its reader would interpret is escaped."""
    return "".join(f"{_escaped(name)}={_escaped(value)}\n" for name, value in properties.items())


def _escaped(text: str) -> str:
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    if character.isascii() and (character.isalnum() or character in "._-/,"):
        return character
    # \uXXXX, one for each half of a character beyond the first plane.
    halves = character.encode("utf-16-be")
    return "".join(f"\\u{halves[i]:02x}{halves[i + 1]:02x}" for i in range(0, len(halves), 2))
