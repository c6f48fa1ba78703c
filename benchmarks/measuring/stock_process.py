"""Stock Enterprise Gateway as a process: ended and started again, with other settings each time."""

import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import requests

_START_SECONDS = _STOP_SECONDS = 60


class StockProcess:
    """`jupyter-enterprisegateway` in its folder."""

    def __init__(
        self, program: Path, folder: Path, environment: Mapping[str, str], port: int, report_port: int
    ) -> None:
        """Starts nothing yet; `environment` holds what each of its starts is told, both ports too."""
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.report_port = report_port
        self.log = folder / "gateway.log"
        self._program = program
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **settings: str) -> None:
        """Start it with further settings, and return once it answers."""
        with self.log.open("ab") as log:
            self._process = process = subprocess.Popen(
                [self._program],
                env={**self._environment, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is not None or not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The stock gateway did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.2)

    @property
    def pid(self) -> int:
        """The process that runs now, 0 for none."""
        return self._process.pid if self._process is not None else 0

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> None:
        """End it by a signal, if it runs, and wait for its end."""
        if self._process is None:
            return
        self._process.send_signal(signum)
        self._process.wait(_STOP_SECONDS)
        self._process = None

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/api", timeout=2).ok
        except requests.RequestException:
            return False
