"""A whole Hadoop of some version on this machine's loopback address, for as long as a recording takes."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kubeyard_local import readiness
from kubeyard_local.readiness import Answers, Probe, Says

from harness.recording import configuration
from harness.waiting import wait_until

START_SECONDS = 300
STOP_SECONDS = 60
NAME_NODE = "hdfs.server.namenode.NameNode"
# Name, memory of its heap in MB, main class.
DAEMONS = (
    ("namenode", 256, NAME_NODE),
    ("datanode", 256, "hdfs.server.datanode.DataNode"),
    ("resourcemanager", 384, "yarn.server.resourcemanager.ResourceManager"),
    ("nodemanager", 256, "yarn.server.nodemanager.NodeManager"),
    ("historyserver", 256, "mapreduce.v2.hs.JobHistoryServer"),
)
HTTPFS = ("httpfs", 128, "fs.http.server.HttpFSServerWebServer")
TIMELINE = ("timeline", 256, "yarn.server.applicationhistoryservice.ApplicationHistoryServer")


@dataclass(frozen=True)
class Installed:
    """The jars of a Hadoop and of the HttpFS in front of it, and the Java that runs them."""

    hadoop: Path
    httpfs: Path
    java: Path
    has_timeline: bool


@dataclass(frozen=True)
class Daemons:
    """A running Hadoop: its folder, its ports, and its processes by their names."""

    home: Path
    ports: Mapping[str, int]
    processes: Mapping[str, subprocess.Popen[bytes]]

    def url(self, port: str) -> str:
        """Return where a service answers over HTTP."""
        return f"http://127.0.0.1:{self.ports[port]}"

    def lose(self, name: str) -> None:
        """End a daemon as a power cut would: it says good-bye to nobody."""
        self.processes[name].kill()
        self.processes[name].wait(STOP_SECONDS)


@contextmanager
def running(home: Path, installed: Installed, port_base: int) -> Iterator[Daemons]:
    """Start every daemon in the empty folder `home`, wait until all can be used, and end them at last."""
    ports = configuration.ports_from(port_base)
    configuration.write(home, ports)
    start = Starter(home, installed)
    start.to_its_end("namenode", "-format", "-nonInteractive")
    with ExitStack() as stack:
        names = [name for name, *_ in start.daemons]
        processes = {name: stack.enter_context(start.daemon(name)) for name in names}
        daemons = Daemons(home, ports, processes)
        for name, probe in _probes(daemons).items():
            if name in processes:
                _wait_until_ready(name, probe, processes[name])
        yield daemons


def _wait_until_ready(name: str, probe: Probe, process: subprocess.Popen[bytes]) -> None:
    def is_ready_or_dead() -> bool:
        return process.poll() is not None or probe() is None

    wait_until(is_ready_or_dead, f"the {name} is ready", START_SECONDS, 0.5)
    if process.poll() is not None:
        raise RuntimeError(f"the {name} ended at once; see its log")


class Starter:
    """Starts the JVMs of one Hadoop."""

    def __init__(self, home: Path, installed: Installed) -> None:
        """`home` holds the configuration already."""
        self._home = home
        self._installed = installed
        self.daemons = (*DAEMONS, HTTPFS, *((TIMELINE,) if installed.has_timeline else ()))
        (home / "logs").mkdir()
        (home / "httpfs" / "temp").mkdir(parents=True)

    @contextmanager
    def daemon(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start a daemon, and end it with the `with` block."""
        with self._log(name).open("ab") as log:
            process = subprocess.Popen(
                self._command(name), stdout=log, stderr=subprocess.STDOUT, env=self._environment(name)
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def to_its_end(self, name: str, *arguments: str) -> None:
        """Run a daemon's program with arguments that make it end by itself."""
        command = (*self._command(name), *arguments)
        with self._log(name).open("ab") as log:
            subprocess.run(
                command, stdout=log, stderr=subprocess.STDOUT, env=self._environment(name), check=True
            )

    def _command(self, name: str) -> tuple[str, ...]:
        heap_mb, main = next((heap, main) for each, heap, main in self.daemons if each == name)
        jars = self._installed.httpfs if name == "httpfs" else self._installed.hadoop
        return (
            str(self._installed.java),
            f"@{configuration.SOURCES / 'jvm.options'}",
            f"-Xmx{heap_mb}m",
            *(f"-Dhttpfs.{each}.dir={path}" for each, path in self._httpfs_folders().items()),
            "-cp",
            f"{self._home}/conf:{jars}/*",
            f"org.apache.hadoop.{main}",
        )

    def _httpfs_folders(self) -> Mapping[str, Path]:
        home = self._home / "httpfs"
        return {"home": home, "config": self._home / "conf", "log": home, "temp": home / "temp"}

    def _environment(self, name: str) -> dict[str, str]:
        account = "httpfs" if name == "httpfs" else "kubeyard"
        return {**os.environ, "HADOOP_USER_NAME": account, "TZ": "UTC"}

    def _log(self, name: str) -> Path:
        return self._home / "logs" / f"{name}.log"


def _probes(daemons: Daemons) -> Mapping[str, Probe]:
    bean = "Hadoop:service=NameNode,name=FSNamesystemState"
    status = {"op": "GETFILESTATUS", "user.name": "kubeyard"}
    return {
        "datanode": Says(
            f"{daemons.url('NAMENODE_HTTP')}/jmx", readiness.file_system_is_writable, {"qry": bean}
        ),
        "nodemanager": Says(f"{daemons.url('RM')}/ws/v1/cluster/metrics", readiness.a_node_is_active),
        "historyserver": Answers(f"{daemons.url('HISTORY_HTTP')}/ws/v1/history/info"),
        "httpfs": Answers(f"{daemons.url('HTTPFS')}/webhdfs/v1/", status),
        "timeline": Answers(f"{daemons.url('TIMELINE_HTTP')}/ws/v1/timeline"),
    }
