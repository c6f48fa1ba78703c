"""A kernel as a YARN application: Spark's ApplicationMaster with the kernel beside it in one container."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from kubeyard_yarn.quoting import encode_file, pack_for_container, quote_for_container
from kubeyard_yarn.submission import ApplicationSubmission, LocalResource

from kubeyard_kernelspecs.container_sizes import driver_container_mb
from kubeyard_kernelspecs.runtime import Runtime
from kubeyard_kernelspecs.spark_conf import (
    DRIVER_ARCHIVE,
    PYTHON,
    PYTHON_PATH,
    ClusterSettings,
    cached_files,
    properties_file,
    quick_start,
    spark_properties,
)
from kubeyard_kernelspecs.spec import KernelSpec

# What Spark's own launcher opens for Java 17 and later.
_OPENS = (
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "jdk.internal.ref",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar",
)
_JVM = (
    "-server",
    "-XX:+IgnoreUnrecognizedVMOptions",
    "--add-modules=jdk.incubator.vector",
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENS),
    "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    "-Djdk.reflect.useDirectMethodHandle=false",
    "-Dio.netty.tryReflectionSetAccessible=true",
)
# Of a kernel that was started before anybody asked for it; YARN's tags stay as they are once it is taken.
SPARE_TAG = "spare"
# A spare that has no executor until it is claimed.
DRIVER_FORM = "driver"
# Beside the container's own folder, which is gone once its process is.
_WRITE_EXECUTOR_ARCHIVE = "-XX:ArchiveClassesAtExit=../executor.jsa"


@dataclass(frozen=True)
class KernelLaunch:
    """One start of a kernel: whose it is, and how it reports to the gateway that asked for it."""

    kernel_id: str
    user: str
    response_address: str
    public_key: str
    # Proves that a report comes from the container that was started for this kernel.
    ticket: str
    service_user: str
    # The tag of the gateway that answers for this application: only that one may end it as an orphan.
    gateway: str = ""
    # How long without a word of the gateway until the kernel ends by itself.
    gone_after_seconds: float = 1800
    # A folder of HDFS: this application makes class archives there, instead of being a kernel.
    class_archives_to: str = ""
    # A spare's form, `driver` or `executor`: what it does before it is claimed. Empty: somebody waits.
    warm_up: str = ""
    # The newest output, which the kernel keeps for notebooks that are away.
    kept_output_bytes: int = 16 << 20
    # The gateway's public key for this kernel, by which the way between them is encrypted; empty: it is not.
    curve_key: str = ""
    # What the person asked of Spark, checked by `spark_options`.
    spark_options: Mapping[str, str] = field(default_factory=dict)

    @property
    def local_ip(self) -> str:
        """The loopback address where gateway and nodes are one machine, else empty."""
        host = self.response_address.rpartition(":")[0]
        try:
            return host if ipaddress.ip_address(host).is_loopback else ""
        except ValueError:
            return ""


def kernel_tags(spec: KernelSpec, launch: KernelLaunch) -> tuple[str, ...]:
    """Return the tags by which an application is joined to its kernel, owner and environment."""
    whose = (f"kernel:{launch.kernel_id}", f"user:{launch.user}", *filter(None, (launch.gateway,)))
    return ("kubeyard", *whose, *spec.tags, *([SPARE_TAG] if launch.warm_up else []))


def kernel_application(
    spec: KernelSpec,
    launch: KernelLaunch,
    runtime: Runtime,
    cluster: ClusterSettings,
    application_id: str,
) -> ApplicationSubmission:
    """Return the application that runs `spec` for `launch`."""
    tags = kernel_tags(spec, launch)
    return ApplicationSubmission(
        name=spec.display_name,
        user=launch.user,
        queue=spec.queue,
        memory_mb=driver_container_mb(spec),
        vcores=1,
        command=_command(spec, launch, runtime, cluster),
        environment=_environment(spec, launch, runtime, cluster, application_id),
        resources=_resources(spec, runtime),
        tags=tags,
        viewers=(launch.service_user,),
        modifiers=(launch.service_user,),
    )


def _resources(spec: KernelSpec, runtime: Runtime) -> dict[str, LocalResource]:
    resources = {**runtime.resources, "environment": spec.archive}
    if runtime.driver_archive:
        resources[DRIVER_ARCHIVE] = runtime.driver_archive
    return resources


def _environment(
    spec: KernelSpec,
    launch: KernelLaunch,
    runtime: Runtime,
    cluster: ClusterSettings,
    application_id: str,
) -> dict[str, str]:
    """Users' values are in the packed entries only: YARN and bash read all others."""
    properties = kernel_properties(spec, launch, runtime, cluster)
    return kernel_variables(launch, cluster) | {
        "CLASSPATH": f"{cluster.spark_home}/jars/*<CPS>{{{{PWD}}}}/__spark_conf__/__hadoop_conf__",
        "KUBEYARD_KERNEL": pack_for_container(container_report(launch, spec)),
        "KUBEYARD_SPARK_PROPERTIES": encode_file(properties_file(properties)),
        "KUBEYARD_CACHED_FILES": encode_file(properties_file(cached_files(spec, runtime))),
        "PYTHONPATH": f"{PYTHON_PATH}<CPS>{{{{PWD}}}}/launcher.zip",
        "SPARK_USER": launch.user,
        # The ApplicationMaster deletes this folder at its end: it must belong to this application alone.
        "SPARK_YARN_STAGING_DIR": f"{cluster.hdfs_uri}/user/{launch.user}/.sparkStaging/{application_id}",
    }


def kernel_properties(
    spec: KernelSpec, launch: KernelLaunch, runtime: Runtime, cluster: ClusterSettings
) -> dict[str, str]:
    """Return `spark.*` of one start, however it is submitted."""
    own = spark_properties(spec, runtime, cluster, kernel_tags(spec, launch), launch.local_ip)
    properties = {**launch.spark_options, **own}
    if launch.class_archives_to:
        properties["spark.executor.extraJavaOptions"] = _WRITE_EXECUTOR_ARCHIVE
    if launch.warm_up == DRIVER_FORM:
        properties["spark.dynamicAllocation.initialExecutors"] = "0"
    return properties


def kernel_variables(launch: KernelLaunch, cluster: ClusterSettings) -> dict[str, str]:
    """Return the variables of the driver's container that hold nothing of a user's."""
    environment = {
        "PYSPARK_PYTHON": PYTHON,
        "PYTHONHASHSEED": "0",
        # What lies in the home of the account that runs containers is in nobody's environment.
        "PYTHONNOUSERSITE": "1",
    }
    if cluster.java_home:
        environment["JAVA_HOME"] = cluster.java_home
    if launch.local_ip:
        environment["SPARK_LOCAL_IP"] = launch.local_ip
    return environment


def container_report(launch: KernelLaunch, spec: KernelSpec) -> dict[str, object]:
    """Return what the launcher reads from `KUBEYARD_KERNEL`."""
    return {
        "kernel_id": launch.kernel_id,
        "user": launch.user,
        "kernelspec": spec.name,
        "response_address": launch.response_address,
        "public_key": launch.public_key,
        "ticket": launch.ticket,
        "gone_after_seconds": launch.gone_after_seconds,
        "class_archives_to": launch.class_archives_to,
        "warm_up": launch.warm_up,
        "kept_output_bytes": launch.kept_output_bytes,
        "curve_key": launch.curve_key,
    }


def _command(spec: KernelSpec, launch: KernelLaunch, runtime: Runtime, cluster: ClusterSettings) -> str:
    """Two property files, the kernel in the background, and Java in the shell's place.

    The kernel answers about a second after its container; Spark follows some seconds later. It is in
    Java's process group, so that YARN ends both. Java does not hear that YARN asks it to end, and is killed
    a quarter of a second later: Spark's last act would tell YARN that it failed early, and YARN would keep
    that instead of its own reason, which has the memory that was used.
    """
    files = " && ".join(
        f"printf %s \\$KUBEYARD_{variable} | base64 -d >{name}"
        for variable, name in (
            ("SPARK_PROPERTIES", "spark.properties"),
            ("CACHED_FILES", "cached.properties"),
        )
    )
    kernel = f"HOME=\\$PWD exec {PYTHON} -m kubeyard_launcher 1><LOG_DIR>/kernel.out 2><LOG_DIR>/kernel.err"
    java = _java(spec, launch, runtime, cluster)
    return f"umask 077; {files} && {{ ({kernel}) & trap '' TERM; exec {java}; }}"


def _java(spec: KernelSpec, launch: KernelLaunch, runtime: Runtime, cluster: ClusterSettings) -> str:
    options = [*_JVM, f"-Xmx{spec.driver_memory_mb}m"]
    if launch.class_archives_to:
        options.append("-XX:+RecordDynamicDumpInfo")
    elif runtime.driver_archive:
        options.append(f"-XX:SharedArchiveFile={DRIVER_ARCHIVE}")
    options += quick_start(spec.driver_memory_mb, cluster)
    words = [
        "{{JAVA_HOME}}/bin/java",
        *map(quote_for_container, options),
        "-Djava.io.tmpdir={{PWD}}/tmp",
        "-Dspark.yarn.app.container.log.dir=<LOG_DIR>",
        "org.apache.spark.deploy.yarn.ApplicationMaster",
        "--class org.apache.spark.deploy.PythonRunner",
        "--primary-py-file relay.py",
        "--properties-file {{PWD}}/spark.properties",
        "--dist-cache-conf {{PWD}}/cached.properties",
        "1><LOG_DIR>/stdout 2><LOG_DIR>/stderr",
    ]
    return " ".join(words)
