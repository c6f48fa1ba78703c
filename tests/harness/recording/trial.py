"""The client's tests for real daemons, on a Hadoop of some version."""

import os
import subprocess
import sys
from pathlib import Path

from kubeyard_yarn.httpfs import HttpFs

from harness.recording.daemons import Daemons
from harness.recording.jvm import Installed
from harness.recording.stage import SERVICE, TIMELINE

ROOT = Path(__file__).resolve().parents[3]


def run_tests(daemons: Daemons, installed: Installed) -> None:
    """Run tests/yarn against these daemons; raises CalledProcessError unless all of them pass."""
    service = HttpFs(daemons.url("HTTPFS"), SERVICE).as_service()
    for path, permission in (("/logs", 0o1777), ("/tmp", 0o1777), ("/user", 0o755)):
        service.mkdirs(path)
        service.set_permission(path, permission)
    history = daemons.url("HISTORY_HTTP")
    if installed.has_timeline:
        history = f"{daemons.url(TIMELINE.service)}{TIMELINE.path}"
    environment = os.environ | {
        "KUBEYARD_TEST_RM_URL": daemons.url("RM"),
        "KUBEYARD_TEST_HISTORY_URL": history,
        "KUBEYARD_TEST_HTTPFS_URL": daemons.url("HTTPFS"),
    }
    command = (sys.executable, "-m", "pytest", "tests/yarn", "-m", "daemons")
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
