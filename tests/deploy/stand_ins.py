"""`deployment_k8s.sh` beside programs that answer in a cluster's stead, as no cluster does on demand."""

import re
import subprocess
from pathlib import Path

import pytest
from harness import helm
from harness.scripts import install_program, run_unattended

from .script import SCRIPT

# What any Linux has.
PROGRAMS = (
    *("awk", "base64", "basename", "bash", "cat", "comm", "cp", "cut", "date", "dirname", "du", "env"),
    *("getent", "grep", "gzip", "head", "mkdir", "mktemp", "mv", "paste", "rm", "sed", "sha256sum", "sleep"),
    *("sort", "tail", "tar", "timeout", "tr", "uniq"),
)
# A cluster that answers whatever it is asked, but for what a test puts before it.
KUBECTL = """case "$*" in
  "config current-context") echo here ;;
  "config view"*) echo https://cluster.example ;;
  *"version -o json"*) echo '{"serverVersion": {"major": "1", "minor": "33+"}}' ;;
  *"get pods -l"*component=web-ui*) echo pod/kubeyard-web-ui-1 ;;
  *"get deployment -l"*metadata.name*) echo kubeyard-web-ui ;;
  *" apply "*) cat >/dev/null ;;
esac
"""
HELM = """case "$*" in
  *" list "*) echo '[{"name":"kubeyard","namespace":"kubeyard","status":"deployed"}]' ;;
  *"version "*) echo v3.19.0 ;;
esac
"""


def deploy(programs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script to its end with these programs alone."""
    environment = {"PATH": str(programs), "HOME": str(programs), "KUBECONFIG": "/dev/null"}
    return run_unattended(["/bin/bash", str(SCRIPT), *arguments], environment, 60)


class Checked:
    """The script's checks by the kubectl that lies among these programs, and by the real helm's rendering."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        program = helm.find_helm()
        if program is None:
            pytest.skip(helm.MISSING)
        rendering = f"  *' template '*) exec {program} \"$@\" ;;\n"
        install_program(programs, "helm", HELM.replace('"$*" in\n', f'"$*" in\n{rendering}'))

    def check(self, *settings: str) -> subprocess.CompletedProcess[str]:
        """Run the script's checks with these settings of the chart, which are right."""
        given = [word for setting in settings for word in ("--set", setting)]
        done = deploy(self._programs, "192.0.2.1", "--check", *helm.NO_NEW_KEY, *given)
        assert "ok       the settings are right" in done.stdout, done.stdout + done.stderr
        return done

    def problems(self, *settings: str) -> list[str]:
        """What they find wrong."""
        done = self.check(*settings)
        found = re.findall(r" problem  (.*)", done.stdout)
        assert done.returncode == bool(found)
        return found
