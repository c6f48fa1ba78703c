"""Where everything lies: one folder for the platform's state, one for what was fetched."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders of one platform: the sources in `clone`, state in `home`, what it fetched in `cache`."""

    clone: Path
    home: Path
    cache: Path

    @property
    def venvs(self) -> Path:
        return self.home / "venvs"

    @property
    def spark(self) -> Path:
        return self.home / "spark"

    @property
    def state(self) -> Path:
        """Databases, keys and secrets; nobody's but the services' account."""
        return self.home / "state"

    @property
    def secrets(self) -> Path:
        return self.state / "secrets"

    @property
    def public(self) -> Path:
        return self.home / "public"

    @property
    def kernelspecs(self) -> Path:
        return self.public / "kernelspecs"

    @property
    def hadoop(self) -> Path:
        return self.home / "hadoop"

    @property
    def hadoop_conf(self) -> Path:
        return self.hadoop / "conf"

    @property
    def class_archives(self) -> Path:
        return self.hadoop / "class-archives"

    @property
    def labs(self) -> Path:
        return self.home / "labs"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def description(self) -> Path:
        """What the running platform is: ports, settings, where its secrets lie."""
        return self.run / "platform.json"

    def python(self, venv: str) -> Path:
        return self.venvs / venv / "bin" / "python"


def from_environment(environment: Mapping[str, str]) -> Layout:
    """KUBEYARD_HOME and KUBEYARD_CACHE, or the defaults of root and of everybody else."""
    root = os.geteuid() == 0
    person = Path(environment.get("HOME", "/"))
    home = environment.get("KUBEYARD_HOME") or ("/var/lib/kubeyard" if root else str(person / ".kubeyard"))
    cache = environment.get("KUBEYARD_CACHE") or (
        "/var/cache/kubeyard" if root else str(person / ".cache" / "kubeyard")
    )
    clone = Path(__file__).resolve().parents[3]
    return Layout(clone, Path(home).absolute(), Path(cache).absolute())
