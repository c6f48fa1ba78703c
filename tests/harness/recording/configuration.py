"""The configuration of a recorded Hadoop: the platform's own, with other ports and some limits made small."""

import socket
from collections.abc import Mapping
from pathlib import Path

from kubeyard_local.hadoop_conf import fill_in
from kubeyard_local.ports import DEFAULTS

SOURCES = Path(__file__).resolve().parents[3] / "yarn" / "hadoop"
MEMORY_MB = 4096
VCORES = 8
# Default ports by the names that yarn/hadoop/conf uses; only 2.x is recorded with a timeline server.
PORTS = {name: DEFAULTS[name] for name in list(DEFAULTS)[list(DEFAULTS).index("NAMENODE") :]}
TIMELINE_PORTS = {"TIMELINE": 10200, "TIMELINE_HTTP": 8188}


def ports_from(base: int) -> dict[str, int]:
    """Return a block of ports from `base` on, one for each name; raises OSError where one is taken."""
    ports = {name: base + number for number, name in enumerate([*PORTS, *TIMELINE_PORTS])}
    for port in ports.values():
        socket.create_server(("127.0.0.1", port)).close()
    return ports


def default_ports(ports: Mapping[str, int]) -> dict[int, int]:
    """Return what each port of a block is by default."""
    defaults = {**PORTS, **TIMELINE_PORTS}
    return {port: defaults[name] for name, port in ports.items()}


def write(home: Path, ports: Mapping[str, int]) -> Path:
    """Write the configuration for a Hadoop that lives in `home` and return its folder."""
    folder = home / "conf"
    folder.mkdir(parents=True)
    secret = home / "httpfs-signature"
    secret.write_text("a secret of a recording only")
    environment = {f"KUBEYARD_PORT_{name}": str(port) for name, port in ports.items()} | {
        "KUBEYARD_HADOOP_DIR": str(home),
        "KUBEYARD_HTTPFS_SECRET_FILE": str(secret),
        "KUBEYARD_YARN_MEMORY_MB": str(MEMORY_MB),
        "KUBEYARD_YARN_VCORES": str(VCORES),
    }
    more = _more(home, ports)
    for file in sorted((SOURCES / "conf").iterdir()):
        text = fill_in(file.read_text(), environment)
        (folder / file.name).write_text(_with(text, more.get(file.name, {})))
    return folder


def _more(home: Path, ports: Mapping[str, int]) -> Mapping[str, Mapping[str, object]]:
    timeline = "yarn.timeline-service"
    return {
        "yarn-site.xml": {
            # A node counts as lost after 20 s instead of ten minutes.
            "yarn.nm.liveness-monitor.expiry-interval-ms": 20_000,
            f"{timeline}.hostname": "127.0.0.1",
            f"{timeline}.address": f"127.0.0.1:{ports['TIMELINE']}",
            f"{timeline}.webapp.address": f"127.0.0.1:{ports['TIMELINE_HTTP']}",
            f"{timeline}.leveldb-timeline-store.path": home / "timeline",
            f"{timeline}.leveldb-state-store.path": home / "timeline",
        },
    }


def _with(text: str, properties: Mapping[str, object]) -> str:
    added = "".join(
        f"<property><name>{name}</name><value>{value}</value></property>\n"
        for name, value in properties.items()
    )
    return text.replace("</configuration>", f"{added}</configuration>")
