"""The whole real platform for tests: booted through deployment_local.sh, or attached to where it runs."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.scripts import run_unattended

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "deployment_local.sh"
FIRST_BOOT_SECONDS = 1200
STOP_SECONDS = 240
LOG_LINES = 40
# Spares come and go by themselves: who counts applications does so without them.
CALM = {"KUBEYARD_GATEWAY_SPARES": "0"}


@dataclass(frozen=True)
class Secrets:
    """The platform's secrets by name, read from their files when asked for."""

    files: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return Path(self.files[name]).read_text().strip()


@dataclass(frozen=True)
class Platform:
    """A running platform. `environment` is what its services are told, `ports` where they listen."""

    home: Path
    ports: Mapping[str, int]
    environment: Mapping[str, str]
    secrets: Secrets
    separate_accounts: bool

    @classmethod
    def boot(cls, home: Path, offset: int, only: Sequence[str] = ()) -> "Platform":
        """Start the platform in `home` with every port moved by `offset`; quick when it is up already.

        A start that fails, or that a test's time limit cuts off, leaves nothing running.
        """
        options = ("--only", ",".join(only)) if only else ()
        try:
            done = command(home, offset, "start", *options, timeout_seconds=FIRST_BOOT_SECONDS)
            assert not done.returncode, f"the platform did not start:\n{done.stdout}{done.stderr}"
            return cls.attach(home)
        except BaseException:
            sys.stderr.write(logs(home))
            command(home, offset, "stop", timeout_seconds=STOP_SECONDS)
            raise

    @classmethod
    def attach(cls, home: Path) -> "Platform":
        """The platform that runs in `home`."""
        described = json.loads((home / "run" / "platform.json").read_text())
        return cls(
            home=home,
            ports=described["ports"],
            environment=described["environment"],
            secrets=Secrets(described["secrets"]),
            separate_accounts=described["separate_accounts"],
        )

    def url(self, port: str) -> str:
        return f"http://127.0.0.1:{self.ports[port]}"

    @property
    def rm_url(self) -> str:
        return self.url("RM")

    @property
    def httpfs_url(self) -> str:
        return self.url("HTTPFS")

    @property
    def history_url(self) -> str:
        return self.url("HISTORY_HTTP")

    @property
    def offset(self) -> int:
        return int(self.environment.get("KUBEYARD_PORT_OFFSET") or 0)

    def run(self, *arguments: str, timeout_seconds: int = STOP_SECONDS) -> subprocess.CompletedProcess[str]:
        """Run a command of deployment_local.sh on this platform."""
        return command(self.home, self.offset, *arguments, timeout_seconds=timeout_seconds)

    def logs(self) -> str:
        """The end of every service's log, for a failure's message."""
        return logs(self.home)

    def keep_logs(self, place: Path) -> None:
        """Copy every log, whole, to where it outlives this platform."""
        shutil.copytree(self.home / "logs", place, dirs_exist_ok=True)

    def stop(self) -> None:
        """End every process of the platform."""
        done = self.run("stop")
        if done.returncode:
            raise AssertionError(f"the platform did not stop:\n{done.stdout}{done.stderr}")


def choice(home: Path, offset: int) -> dict[str, str]:
    """The settings that single this platform out."""
    return {"KUBEYARD_HOME": str(home), "KUBEYARD_PORT_OFFSET": str(offset)}


def command(
    home: Path,
    offset: int,
    *arguments: str,
    timeout_seconds: int,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """deployment_local.sh with these arguments, on this home and these ports."""
    chosen = {**choice(home, offset), **(environment or {})}
    return run_unattended(
        ("bash", str(SCRIPT), *arguments), {**CALM, **os.environ, **chosen}, timeout_seconds
    )


def logs(home: Path, lines: int = LOG_LINES) -> str:
    """The last lines of every log in the platform's folder."""
    parts = []
    for file in sorted((home / "logs").glob("*.log")):
        ends = file.read_text(errors="replace").splitlines()[-lines:]
        parts.append("\n".join([f"==== {file.name}", *ends]))
    return "\n\n".join(parts)
