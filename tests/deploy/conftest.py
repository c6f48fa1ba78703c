"""The cluster that KUBEYARD_TEST_CONTEXT names, and never another."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from harness.scripts import link_programs

from .script import Script
from .stand_ins import PROGRAMS


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with the system's programs, without helm and kubectl."""
    return link_programs(tmp_path / "bin", PROGRAMS)


@contextmanager
def namespace_of_its_own() -> Iterator[Script]:
    """The script, for a namespace that is not there yet, and is gone in the end."""
    context = os.environ.get("KUBEYARD_TEST_CONTEXT")
    if not context:
        pytest.skip("KUBEYARD_TEST_CONTEXT names no cluster to try this on")
    one = Script(context, f"kubeyard-script-{uuid4().hex[:6]}")
    yield one
    command = ["kubectl", "--context", context, "delete", "namespace", one.namespace]
    subprocess.run(
        [*command, "--ignore-not-found", "--wait=false"], capture_output=True, timeout=60, check=False
    )


@pytest.fixture
def script() -> Iterator[Script]:
    """The script, for a namespace of this test alone."""
    with namespace_of_its_own() as one:
        yield one


@pytest.fixture(scope="module")
def shared_script() -> Iterator[Script]:
    """The script, for one namespace of all tests of a file."""
    with namespace_of_its_own() as one:
        yield one
