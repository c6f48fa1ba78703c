"""Real worker processes, started and killed by tests."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil


class Workers:
    """Starts workers with the same settings."""

    def __init__(self, settings: Mapping[str, str], log_file: Path) -> None:
        self.environment = {**os.environ, **settings}
        self._log_file = log_file
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        """Start one."""
        with self._log_file.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "kubeyard_api", "worker"],
                env={**self.environment, **more},
                stdout=log,
                stderr=log,
            )
        self._started.append(process)
        return process

    def log(self) -> str:
        """What all of them have said."""
        return self._log_file.read_text() if self._log_file.exists() else ""

    def end_all(self) -> None:
        """Kill what still runs."""
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(10)


def descendants(pid: int) -> list[psutil.Process]:
    """Every process below this one."""
    return psutil.Process(pid).children(recursive=True)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended."""
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
