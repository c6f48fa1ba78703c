"""Starts Hadoop's programs, a JVM each, and ends them."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kubeyard_local.readiness import Probe

from harness.recording import configuration
from harness.waiting import wait_until

START_SECONDS = 300
STOP_SECONDS = 60
Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Installed:
    """The jars of a Hadoop and of the HttpFS in front of it, and the Java that runs them."""

    hadoop: Path
    httpfs: Path
    java: Path
    has_timeline: bool


@dataclass(frozen=True)
class Program:
    """One of Hadoop's programs: what its log is called, the memory of its heap in MB, and its main class."""

    name: str
    heap_mb: int
    main: str


class Jvms:
    """Runs programs of one Hadoop in its folder `home`, which holds the configuration already."""

    def __init__(self, home: Path, installed: Installed) -> None:
        """Make the folders that the programs want to find."""
        self._home = home
        self._installed = installed
        (home / "logs").mkdir()
        (home / "httpfs" / "temp").mkdir(parents=True)

    @contextmanager
    def daemon(self, program: Program, *arguments: str) -> Iterator[Process]:
        """Start a daemon, and end it with the `with` block."""
        with self._log(program).open("ab") as log:
            process = subprocess.Popen(
                self._command(program, arguments),
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(program),
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

    def to_its_end(self, program: Program, *arguments: str) -> None:
        """Run a program that ends by itself; raises CalledProcessError unless it ends well."""
        with self._log(program).open("ab") as log:
            subprocess.run(
                self._command(program, arguments),
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(program),
                check=True,
                timeout=START_SECONDS,
            )

    def _command(self, program: Program, arguments: tuple[str, ...]) -> tuple[str, ...]:
        jars = self._installed.httpfs if program.name == "httpfs" else self._installed.hadoop
        return (
            str(self._installed.java),
            f"@{configuration.SOURCES / 'jvm.options'}",
            f"-Xmx{program.heap_mb}m",
            *(f"-Dhttpfs.{name}.dir={folder}" for name, folder in self._httpfs_folders().items()),
            "-cp",
            f"{self._home}/conf:{jars}/*",
            f"org.apache.hadoop.{program.main}",
            *arguments,
        )

    def _httpfs_folders(self) -> Mapping[str, Path]:
        home = self._home / "httpfs"
        return {"home": home, "config": self._home / "conf", "log": home, "temp": home / "temp"}

    def _log(self, program: Program) -> Path:
        return self._home / "logs" / f"{program.name}.log"


def wait_until_ready(name: str, probe: Probe, process: Process) -> None:
    """Wait for a daemon; raises RuntimeError when it has ended instead."""

    def is_ready_or_dead() -> bool:
        return process.poll() is not None or probe() is None

    wait_until(is_ready_or_dead, f"the {name} is ready", START_SECONDS, 0.5)
    if process.poll() is not None:
        raise RuntimeError(f"the {name} ended at once; see its log")


def _environment(program: Program) -> dict[str, str]:
    account = "httpfs" if program.name == "httpfs" else "kubeyard"
    return {**os.environ, "HADOOP_USER_NAME": account, "TZ": "UTC"}
