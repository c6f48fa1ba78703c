"""A platform that runs, as the benchmarks see it."""

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

SCRIPT = Path(__file__).resolve().parents[2] / "deployment_local.sh"
_COMMAND_SECONDS = 1800


@dataclass(frozen=True)
class RunningPlatform:
    """Where it lies, and where it listens."""

    home: Path
    ports: Mapping[str, int]
    secrets: Mapping[str, str]
    environment: Mapping[str, str]

    @classmethod
    def attach(cls, home: Path) -> "RunningPlatform":
        """Read what the last start wrote down."""
        known = json.loads((home / "run" / "platform.json").read_text())
        return cls(home, known["ports"], known["secrets"], known["environment"])

    def url(self, port: str) -> str:
        """The address of one of its ports."""
        return f"http://127.0.0.1:{self.ports[port]}"

    def supervisor(self) -> psutil.Process:
        """The process from which all others of the platform descend."""
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or []
            if any("supervisor" in word for word in words) and any(str(self.home) in word for word in words):
                return process
        raise SystemExit(f"No supervisor of {self.home} runs. Start it: bash deployment_local.sh")


def command(
    home: Path, name: str, *options: str, cache: Path | None = None, offset: int | None = None
) -> float:
    """Run a command of deployment_local.sh and return its seconds; a failure ends the benchmark."""
    chosen = {"KUBEYARD_HOME": str(home)}
    if cache is not None:
        chosen["KUBEYARD_CACHE"] = str(cache)
    if offset is not None:
        chosen["KUBEYARD_PORT_OFFSET"] = str(offset)
    began = time.monotonic()
    done = subprocess.run(
        ["bash", str(SCRIPT), name, *options],
        env={**os.environ, **chosen},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_COMMAND_SECONDS,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"deployment_local.sh {name} failed:\n{done.stdout}{done.stderr}")
    return time.monotonic() - began
