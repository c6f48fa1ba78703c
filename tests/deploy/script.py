"""`deployment_k8s.sh` as its tests run it: on the one cluster that is there to be tried on."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.scripts import run_unattended

SCRIPT = Path(__file__).parents[2] / "deployment_k8s.sh"
# Of the addresses that documentation may use; nobody answers there.
NOWHERE = "192.0.2.77"


@dataclass(frozen=True)
class Script:
    """The script for one release, and kubectl beside it to see what it did."""

    context: str
    namespace: str
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def run(self, *words: str, timeout_seconds: float = 280) -> subprocess.CompletedProcess[str]:
        """Run it to its end, with nobody at the keyboard."""
        command = ["bash", str(SCRIPT), *words, "--context", self.context, "--namespace", self.namespace]
        return run_unattended(command, self.environment, timeout_seconds)

    def succeed(self, *words: str, timeout_seconds: float = 280) -> str:
        """Run it and return what it said; AssertionError with all of it if it failed."""
        done = self.run(*words, timeout_seconds=timeout_seconds)
        assert done.returncode == 0, f"{' '.join(words)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def kubectl(self, *words: str) -> str:
        """What kubectl answers, in the release's namespace."""
        command = ["kubectl", "--context", self.context, "--namespace", self.namespace, *words]
        done = run_unattended(command, self.environment, 120)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def objects(self, kinds: str, *options: str) -> list[dict[str, Any]]:
        """What there is of these kinds."""
        found: list[dict[str, Any]] = json.loads(self.kubectl("get", kinds, "-o", "json", *options))["items"]
        return found

    def in_pod(self, component: str, program: str) -> str:
        """What a Python program says in the pod of a part of the platform."""
        return self.kubectl("exec", f"deployment/kubeyard-{component}", "--", "python", "-c", program)
