"""The six Hadoop daemons, a JVM each, on the loopback address."""

from collections.abc import Mapping
from pathlib import Path

from kubeyard_local import hadoop_jars, readiness
from kubeyard_local.accounts import Account, Accounts
from kubeyard_local.readiness import Answers, Probe, Says
from kubeyard_local.service import Service
from kubeyard_local.settings import Settings

NAMES = ("namenode", "datanode", "resourcemanager", "nodemanager", "historyserver", "httpfs")
# Writing a class archive while stopping takes up to 20 s on two busy cores, and minutes on overloaded ones.
STOP_SECONDS = 150


def scratch(settings: Settings, name: str) -> Path:
    """A daemon's own folder for what it forgets, owned by its account."""
    return settings.layout.hadoop / "tmp" / name


def java_command(
    settings: Settings, name: str, heap_mb: int, main: str, libraries: str = "hadoop"
) -> tuple[str, ...]:
    """One daemon's JVM. The configuration comes first on the class path, because some jars carry another one.

    It is a jar because class data sharing refuses folders. What differs between starts (whether a class
    archive is read or written) lies in the daemon's own options file, so the command stays the same.
    """
    hadoop = settings.layout.hadoop
    class_path = f"{hadoop}/conf.jar:{hadoop_jars.folder(settings.layout, libraries)}/*"
    own = (
        f"-Xmx{heap_mb}m",
        f"-Djava.io.tmpdir={scratch(settings, name)}",
        "-cp",
        class_path,
        f"org.apache.hadoop.{main}",
    )
    return (f"{settings.java_home}/bin/java", f"@{hadoop}/jvm.options", f"@{hadoop}/{name}.options", *own)


def daemons(settings: Settings, accounts: Accounts, environment: Mapping[str, str]) -> tuple[Service, ...]:
    """The daemons in the order in which they are told about."""
    rm, name_node = settings.url("RM"), settings.url("NAMENODE_HTTP")
    cluster = Says(f"{rm}/ws/v1/cluster/info", readiness.resource_manager_is_started)
    node = Says(f"{rm}/ws/v1/cluster/metrics", readiness.a_node_is_active)
    name_node_active = Says(
        f"{name_node}/jmx",
        readiness.name_node_is_active,
        {"qry": "Hadoop:service=NameNode,name=NameNodeStatus"},
    )
    writable = Says(
        f"{name_node}/jmx",
        readiness.file_system_is_writable,
        {"qry": "Hadoop:service=NameNode,name=FSNamesystemState"},
    )
    history = Answers(f"{settings.url('HISTORY_HTTP')}/ws/v1/history/info")

    def daemon(
        name: str, heap_mb: int, main: str, ready: Probe, port: str, account: Account, *after: str
    ) -> Service:
        return Service(
            name=name,
            command=java_command(settings, name, heap_mb, main),
            environment={
                **environment,
                "HADOOP_USER_NAME": "kubeyard",
                "HOME": str(scratch(settings, name)),
            },
            account=account,
            ready=ready,
            memory_mb=heap_mb,
            port=port,
            depends_on=after,
            stop_seconds=STOP_SECONDS,
        )

    services, containers = accounts.services, accounts.node
    return (
        daemon("namenode", 256, "hdfs.server.namenode.NameNode", name_node_active, "NAMENODE", services),
        daemon("datanode", 256, "hdfs.server.datanode.DataNode", writable, "DATANODE", services),
        daemon(
            "resourcemanager", 384, "yarn.server.resourcemanager.ResourceManager", cluster, "RM", services
        ),
        daemon("nodemanager", 256, "yarn.server.nodemanager.NodeManager", node, "NM_HTTP", containers),
        # No kernel needs these two to start: they come last, so that they do not slow the others.
        daemon(
            "historyserver",
            256,
            "mapreduce.v2.hs.JobHistoryServer",
            history,
            "HISTORY_HTTP",
            services,
            "datanode",
        ),
        _httpfs(settings, accounts, environment),
    )


def _httpfs(settings: Settings, accounts: Accounts, environment: Mapping[str, str]) -> Service:
    """HttpFS has a user, libraries and folders of its own, all of which it must be told as absolute paths."""
    hadoop = settings.layout.hadoop
    folders = {"home": "httpfs", "config": "conf", "log": "httpfs", "temp": "httpfs/temp"}
    options = tuple(f"-Dhttpfs.{name}.dir={hadoop}/{folder}" for name, folder in folders.items())
    java, *rest = java_command(settings, "httpfs", 128, "fs.http.server.HttpFSServerWebServer", "httpfs")
    status = {"op": "GETFILESTATUS", "user.name": "kubeyard"}
    return Service(
        name="httpfs",
        command=(java, *options, *rest),
        environment={**environment, "HADOOP_USER_NAME": "httpfs"},
        account=accounts.services,
        ready=Answers(f"{settings.url('HTTPFS')}/webhdfs/v1/", status),
        memory_mb=128,
        port="HTTPFS",
        depends_on=("datanode",),
        stop_seconds=STOP_SECONDS,
    )
