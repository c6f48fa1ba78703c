"""What must hold before anything is started: every shortcoming is named at once, each with its way out."""

import os
import re
import shutil
import socket
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import psutil

from kubeyard_local import hadoop_jars, machine
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem
from kubeyard_local.settings import Settings
from kubeyard_local.supervision import LONGEST_SOCKET
from kubeyard_local.supervisor_config import socket_file

LEAST_MEMORY_MB = 6144
LEAST_FREE_MEMORY_MB = 3072
LEAST_DISK_MB = {"first": 6144, "again": 1024}

PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")

# Which service listens where; the rest of a service's ports come and go with it.
PORTS_OF: Mapping[str, tuple[str, ...]] = {
    "namenode": ("NAMENODE", "NAMENODE_HTTP"),
    "datanode": ("DATANODE", "DATANODE_HTTP", "DATANODE_IPC"),
    "resourcemanager": ("RM", "RM_CLIENT", "RM_SCHEDULER", "RM_TRACKER", "RM_ADMIN"),
    "nodemanager": ("NM", "NM_LOCALIZER", "NM_HTTP", "NM_COLLECTOR"),
    "historyserver": ("HISTORY", "HISTORY_ADMIN", "HISTORY_HTTP"),
    "httpfs": ("HTTPFS",),
    "gateway": ("GATEWAY", "GATEWAY_RESPONSE"),
    "api": ("API",),
    "worker": (),
    "web": ("WEB",),
    "proxy": ("HUB", "PROXY_API"),
    "hub": ("HUB_INTERNAL",),
}


def check(settings: Settings, starting: Collection[str], environment: Mapping[str, str]) -> None:
    """Raise Problem with everything that stands in the way of starting these services."""
    layout = settings.layout
    reasons = [
        *_folders(layout),
        *_disk(layout),
        *_memory(starting),
        *_programs(settings, environment),
        *_ports(settings.ports, starting),
    ]
    if reasons:
        raise Problem(*reasons)


def _ports(ports: Mapping[str, int], starting: Collection[str]) -> Iterable[str]:
    for service in starting:
        for name in PORTS_OF[service]:
            if is_taken(ports[name]):
                yield (
                    f"Port {ports[name]} ({name}) is taken by {_holder(ports[name])}. Stop it, or choose "
                    f"another by KUBEYARD_PORT_{name}=<number>, or move all by KUBEYARD_PORT_OFFSET=<number>."
                )


def is_taken(port: int) -> bool:
    """Whether something listens on this port of the loopback address."""
    with socket.socket() as probe:
        # Without this, connections of a stopped daemon that linger would count as a listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
            if listens and connection.pid:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        pass
    return "a process that this account may not look at"


def _memory(starting: Collection[str]) -> Iterable[str]:
    total, free = machine.memory_mb(), psutil.virtual_memory().available >> 20
    if total < LEAST_MEMORY_MB:
        yield f"This machine has {total} MB of memory; Kubeyard needs {LEAST_MEMORY_MB} MB. Give it more."
    elif len(starting) > 1 and free < LEAST_FREE_MEMORY_MB:
        yield (
            f"Only {free} MB of memory are free; the services need {LEAST_FREE_MEMORY_MB} MB to start. "
            "End other programs."
        )


def _disk(layout: Layout) -> Iterable[str]:
    least = LEAST_DISK_MB["again" if hadoop_jars.are_present(layout) else "first"]
    for setting, folder in (("KUBEYARD_HOME", layout.home), ("KUBEYARD_CACHE", layout.cache)):
        free = shutil.disk_usage(_existing(folder)).free >> 20
        if free < least:
            yield (
                f"The disk of {folder} has {free} MB free; {least} MB are needed. Free some, or choose "
                f"another folder by {setting}."
            )


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _folders(layout: Layout) -> Iterable[str]:
    for setting, folder in (("KUBEYARD_HOME", layout.home), ("KUBEYARD_CACHE", layout.cache)):
        if not os.access(_existing(folder), os.W_OK | os.X_OK):
            yield f"{folder} cannot be written by this account. Choose another folder by {setting}."
        elif os.geteuid() == 0 and (closed := _closed_to_others(folder)):
            yield (
                f"{folder} lies in {closed}, which other accounts may not enter; the services run under "
                f"accounts of their own. Choose another folder by {setting}, or chmod o+x {closed}."
            )
        if not PLAIN_PATH.fullmatch(str(folder)):
            yield f"{folder} holds a character that Hadoop cannot take in a path. Choose a plainer {setting}."
    if len(str(socket_file(layout)).encode()) > LONGEST_SOCKET:
        yield f"{layout.home} is too long a path for a socket. Choose a shorter KUBEYARD_HOME."


def _closed_to_others(folder: Path) -> Path | None:
    return next((path for path in folder.parents if path.exists() and not path.stat().st_mode & 0o001), None)


def _programs(settings: Settings, environment: Mapping[str, str]) -> Iterable[str]:
    if settings.java_home is None:
        yield (
            "Java 17 is missing. Install the package openjdk-17-jre-headless, or name the folder of a "
            "Java 17 by KUBEYARD_JAVA_HOME."
        )
    if not os.access(settings.python, os.X_OK):
        yield f"Python 3.11 is missing at {settings.python}. Name one by KUBEYARD_PYTHON."
    if not hadoop_jars.are_present(settings.layout) and not shutil.which("mvn", path=environment.get("PATH")):
        yield "Maven is missing (mvn): it fetches Hadoop's jars once. Install the package maven."
    for program in ("setpriv",):
        if not shutil.which(program, path=environment.get("PATH")):
            yield f"{program} is missing. Install the package util-linux."
