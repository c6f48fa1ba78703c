"""A YARN of a test's own on the platform's HDFS: a pair of ResourceManagers, and nodes that can be lost."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from kubeyard_local import hadoop_jars, readiness
from kubeyard_local.layout import Layout
from kubeyard_local.readiness import Says
from kubeyard_yarn.applications import Application
from kubeyard_yarn.errors import YarnError
from kubeyard_yarn.resource_manager import ResourceManager

from harness.free_address import free_address
from harness.platform import ROOT, Platform
from harness.recording.jvm import Installed, Jvms, Process, Program, wait_until_ready
from harness.waiting import wait_until

MANAGER = Program("resourcemanager", 384, "yarn.server.resourcemanager.ResourceManager")
NODE = Program("nodemanager", 256, "yarn.server.nodemanager.NodeManager")
ADMIN = Program("admin", 128, "yarn.client.cli.RMAdminCLI")
FIRST, SECOND = "rm1", "rm2"
MANAGERS_ADDRESSES = (
    "webapp.address",
    "address",
    "scheduler.address",
    "resource-tracker.address",
    "admin.address",
)
NODES_ADDRESSES = ("address", "localizer.address", "webapp.address", "collector-service.address")
NODES_FOLDERS = ("local-dirs", "log-dirs")
LOST_AFTER_MS = 6_000


@dataclass(frozen=True)
class Wanted:
    """How many nodes of how much memory, and properties by their file."""

    nodes: int = 1
    memory_mb: int = 4096
    yarn: Mapping[str, object] = field(default_factory=dict)
    queues: Mapping[str, object] = field(default_factory=dict)


class OwnYarn:
    """Two managers, of which one is made active, and nodes that follow whoever is."""

    def __init__(self, folder: Path, platform: Platform, wanted: Wanted) -> None:
        """Write the configuration; nothing runs yet."""
        self.conf = folder / "conf"
        self._folder = folder
        self._addresses = {
            (member, address): free_address() for member in (FIRST, SECOND) for address in MANAGERS_ADDRESSES
        }
        self._write(platform, wanted)
        cache = Path(platform.environment["KUBEYARD_CACHE"])
        jars = hadoop_jars.folder(Layout(ROOT, platform.home, cache), "hadoop")
        java = Path(platform.environment["KUBEYARD_JAVA_HOME"]) / "bin" / "java"
        self._jvms = Jvms(folder, Installed(jars, jars, java, has_timeline=False))
        self._stack = ExitStack()
        self._managers: dict[str, Process] = {}
        self.nodes: list[Process] = []

    @property
    def urls(self) -> dict[str, str]:
        """Where each manager answers."""
        return {member: f"http://{self._addresses[member, 'webapp.address']}" for member in (FIRST, SECOND)}

    @property
    def settings(self) -> dict[str, str]:
        """What tells a gateway of this cluster."""
        urls = ",".join(self.urls.values())
        return {"KUBEYARD_RM_URLS": urls, "KUBEYARD_HADOOP_CONF_DIR": str(self.conf)}

    @property
    def client(self) -> ResourceManager:
        """Whoever is in charge, asked as the services do."""
        return ResourceManager([*self.urls.values()], "kubeyard")

    def application(self, kernel_id: str) -> Application:
        """The kernel's application."""
        [found] = self.client.applications(tags=[f"kernel:{kernel_id}"])
        return found

    def start_manager(self, member: str) -> None:
        """Start one of the pair, which waits for its turn."""
        daemon = self._jvms.daemon(MANAGER, "-D", f"yarn.resourcemanager.ha.id={member}")
        self._managers[member] = process = self._stack.enter_context(daemon)
        probe = Says(f"{self.urls[member]}/ws/v1/cluster/info", readiness.resource_manager_is_started)
        wait_until_ready(member, probe, process)

    def kill_manager(self, member: str) -> None:
        """End it as a power cut would."""
        self._managers[member].kill()
        self._managers[member].wait()

    def hand_over(self, member: str, before: str = "") -> None:
        """Put `member` in charge, after `before` where that one lives, and wait until it has its nodes."""
        if before:
            self._jvms.to_its_end(ADMIN, "-transitionToStandby", before)
        # Of a pair whose other one is dead nobody else could say that it is not in charge.
        self._jvms.to_its_end(ADMIN, "-transitionToActive", "--forceactive", member)
        living = sum(process.poll() is None for process in self.nodes)
        wait_until(lambda: self._active_nodes() == living, f"{member} has its {living} nodes", 120, 0.5)

    def start_node(self) -> None:
        """Start one more node; containers of it end with it."""
        own, options = self._folder / f"node-{len(self.nodes) + 1}", []
        for name in NODES_ADDRESSES:
            options += ["-D", f"yarn.nodemanager.{name}={free_address()}"]
        for name in NODES_FOLDERS:
            options += ["-D", f"yarn.nodemanager.{name}={own / name}"]
        self.nodes.append(self._stack.enter_context(self._jvms.daemon(NODE, *options)))

    def lose_node_of(self, application: Application) -> None:
        """End the node of the application's kernel with all that runs there; wait until YARN misses it."""
        _, _, port = application.am_http_address.rpartition(":")
        lost = next(process for process in self.nodes if int(port) in _listens_on(process))
        for process in (everything := psutil.Process(lost.pid)).children(recursive=True):
            process.send_signal(signal.SIGKILL)
        everything.send_signal(signal.SIGKILL)
        lost.wait()
        wait_until(lambda: self.client.metrics().nodes_lost == 1, "YARN has missed the node", 60, 0.5)

    def close(self) -> None:
        """End all of it."""
        self._stack.close()

    def _active_nodes(self) -> int:
        try:
            return self.client.metrics().nodes_active
        except YarnError:
            return -1

    def _write(self, platform: Platform, wanted: Wanted) -> None:
        self.conf.mkdir()
        more = {"yarn-site.xml": self._yarn_site(wanted), "capacity-scheduler.xml": wanted.queues}
        for file in Path(platform.environment["KUBEYARD_HADOOP_CONF_DIR"]).iterdir():
            (self.conf / file.name).write_text(_with(file.read_text(), more.get(file.name, {})))

    def _yarn_site(self, wanted: Wanted) -> dict[str, object]:
        manager, store = "yarn.resourcemanager", "org.apache.hadoop.yarn.server.resourcemanager.recovery"
        addresses = {f"{manager}.{name}.{member}": value for (member, name), value in self._addresses.items()}
        return {
            f"{manager}.ha.enabled": "true",
            f"{manager}.ha.automatic-failover.enabled": "false",
            f"{manager}.ha.rm-ids": f"{FIRST},{SECOND}",
            f"{manager}.cluster-id": "tests",
            f"{manager}.store.class": f"{store}.FileSystemRMStateStore",
            f"{manager}.fs.state-store.uri": (self._folder / "store").as_uri(),
            "yarn.nm.liveness-monitor.expiry-interval-ms": LOST_AFTER_MS,
            "yarn.node-attribute.fs-store.root-dir": (self._folder / "attributes").as_uri(),
            "yarn.nodemanager.recovery.enabled": "false",
            "yarn.nodemanager.resource.memory-mb": wanted.memory_mb,
            "yarn.scheduler.maximum-allocation-mb": wanted.memory_mb,
            **addresses,
            **wanted.yarn,
        }


@contextmanager
def own_yarn(folder: Path, platform: Platform, wanted: Wanted) -> Iterator[OwnYarn]:
    """Both managers, the first one in charge, and the nodes; all of it is ended in the end."""
    yarn = OwnYarn(folder, platform, wanted)
    try:
        for _ in range(wanted.nodes):
            yarn.start_node()
        for member in (FIRST, SECOND):
            yarn.start_manager(member)
        yarn.hand_over(FIRST)
        yield yarn
    finally:
        yarn.close()


def _with(text: str, properties: Mapping[str, object]) -> str:
    """Of a property that a file names twice the last one counts."""
    added = "".join(
        f"<property><name>{name}</name><value>{value}</value></property>\n"
        for name, value in properties.items()
    )
    return text.replace("</configuration>", f"{added}</configuration>")


def _listens_on(process: Process) -> set[int]:
    connections = psutil.Process(process.pid).net_connections() if process.poll() is None else []
    return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}
