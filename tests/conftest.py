"""Fixtures for every test folder."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.platform import Platform
from harness.postgresql import PostgreSql, running_postgresql

OFFSET = 1700
RESULTS = Path(__file__).resolve().parents[1] / "build" / "results"


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """The whole real platform, once for all tests.

    KUBEYARD_TEST_HOME attaches to one that runs; otherwise one is booted in a fresh folder, its ports moved
    by KUBEYARD_TEST_PORT_OFFSET (1700), and removed in the end. KUBEYARD_TEST_ONLY=hadoop boots a part.
    """
    running = os.environ.get("KUBEYARD_TEST_HOME")
    if running:
        yield Platform.attach(Path(running))
        return
    # pytest's own temporary folders are closed to the accounts that the services run under.
    home = Path(tempfile.mkdtemp(prefix="kubeyard-tests-", dir="/var/tmp"))
    home.chmod(0o755)
    offset = int(os.environ.get("KUBEYARD_TEST_PORT_OFFSET") or OFFSET)
    only = [name for name in os.environ.get("KUBEYARD_TEST_ONLY", "").split(",") if name]
    failed_before = request.session.testsfailed
    try:
        platform = Platform.boot(home, offset, only)
        try:
            yield platform
        finally:
            if request.session.testsfailed > failed_before:
                sys.stderr.write(platform.logs())
                platform.keep_logs(RESULTS / f"logs-{home.name}")
            platform.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    """One running PostgreSQL for all tests; each makes databases of its own in it."""
    with running_postgresql() as server:
        yield server
