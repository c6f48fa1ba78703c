"""A whole Hadoop of some version on this machine's loopback address, for as long as a recording takes."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kubeyard_local import readiness
from kubeyard_local.readiness import Answers, Probe, Says

from harness.recording import configuration
from harness.recording.jvm import STOP_SECONDS, Installed, Jvms, Process, Program, wait_until_ready

NAME_NODE = Program("namenode", 256, "hdfs.server.namenode.NameNode")
DAEMONS = (
    NAME_NODE,
    Program("datanode", 256, "hdfs.server.datanode.DataNode"),
    Program("resourcemanager", 384, "yarn.server.resourcemanager.ResourceManager"),
    Program("nodemanager", 256, "yarn.server.nodemanager.NodeManager"),
    Program("historyserver", 256, "mapreduce.v2.hs.JobHistoryServer"),
    Program("httpfs", 128, "fs.http.server.HttpFSServerWebServer"),
)
TIMELINE = Program("timeline", 256, "yarn.server.applicationhistoryservice.ApplicationHistoryServer")


@dataclass(frozen=True)
class Daemons:
    """A running Hadoop: its folder, its ports, and its processes by their names."""

    home: Path
    ports: Mapping[str, int]
    processes: Mapping[str, Process]

    def url(self, port: str) -> str:
        """Return where a service answers over HTTP."""
        return f"http://127.0.0.1:{self.ports[port]}"

    def lose(self, name: str) -> None:
        """End a daemon as a power cut would: it says good-bye to nobody."""
        self.processes[name].kill()
        self.processes[name].wait(STOP_SECONDS)


@contextmanager
def running(home: Path, installed: Installed, port_base: int) -> Iterator[Daemons]:
    """Start every daemon in the new folder `home`, wait until all can be used, and end them at last."""
    ports = configuration.ports_from(port_base)
    configuration.write(home, ports)
    jvms = Jvms(home, installed)
    jvms.to_its_end(NAME_NODE, "-format", "-nonInteractive")
    programs = (*DAEMONS, TIMELINE) if installed.has_timeline else DAEMONS
    with ExitStack() as stack:
        processes = {program.name: stack.enter_context(jvms.daemon(program)) for program in programs}
        daemons = Daemons(home, ports, processes)
        for name, probe in _probes(daemons).items():
            if name in processes:
                wait_until_ready(name, probe, processes[name])
        yield daemons


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
