"""An edge node whose database is PostgreSQL, in containers for real, from nothing to a restore."""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.edge_node import EdgeNode, missing, podman
from harness.platform import Platform

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(1800)]
OFFICIAL = "docker.io/library/postgres:17-bookworm"
FOLDER = Path(__file__).with_name("postgresql")
KERNELSPEC = "kubeyard.spark"


def _image() -> str:
    """Return the official image where the machine has it, else one with the same conventions."""
    parts = [FOLDER / name for name in ("Dockerfile", "first-steps.sh")]
    # One that was made of other files is another.
    version = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:12]
    ours = f"docker.io/library/kubeyard-test-postgresql:{version}"
    for image in (OFFICIAL, ours):
        if subprocess.run(["podman", "image", "exists", image], check=False, timeout=60).returncode == 0:
            return image
    builder = os.environ.get("KUBEYARD_IMAGE_BUILDER")
    command = [builder] if builder else ["podman", "build"]
    done = subprocess.run(
        [*command, "-t", ours, str(FOLDER)], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    return ours


@pytest.fixture(scope="module")
def node(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeNode]:
    """Return a node that was started by the script from nothing, with the web UI's keys."""
    if reason := missing():
        pytest.skip(reason)
    node = EdgeNode.beside(
        platform, tmp_path_factory.mktemp("edge"), EDGE_DATABASE="postgresql", POSTGRESQL_IMAGE=_image()
    )
    try:
        node.run("start")
        node.know_its_authority()
        node.hand_over_keys()
        yield node
    finally:
        node.run("remove", "--yes")
        assert node.project not in podman("volume", "ls", "--quiet")


def test_environments_are_kept_in_it(node: EdgeNode) -> None:
    assert "database    well " in node.run("status")
    assert KERNELSPEC in node.environments()
    rows = "SELECT count(*) FROM environments"
    command = ["psql", "--username=kubeyard", "--tuples-only", "--no-align", f"--command={rows}"]
    assert podman("exec", node.container("database"), *command) == "1"
    found = podman("exec", node.container("api-server"), "ls", "/var/lib/kubeyard")
    assert "api.sqlite" not in found.split()


def test_nobody_reaches_it_by_the_network(node: EdgeNode) -> None:
    container = node.container("database")
    assert podman("inspect", "--format", "{{.HostConfig.NetworkMode}}", container) == "none"
    told = podman("inspect", "--format", "{{.HostConfig.ReadonlyRootfs}} {{.EffectiveCaps}}", container)
    assert told == "true []"


@pytest.mark.parametrize("service", ["database", "api-server"])
def test_the_state_is_open_to_nobody_else(node: EdgeNode, service: str) -> None:
    """The image's first steps open the folder of sockets, which is another."""
    told = podman("exec", node.container(service), "stat", "--format=%a %u", "/var/lib/kubeyard")
    assert told == "750 10001"


def test_a_second_start_keeps_what_is_there(node: EdgeNode) -> None:
    before = node.container("database")
    assert "building" not in node.run("start")
    assert node.container("database") == before


def test_a_database_that_ended_is_told_and_comes_back(node: EdgeNode) -> None:
    podman("stop", node.container("database"))
    assert "NOT WELL" in node.attempt("status").stdout
    node.run("start")
    assert KERNELSPEC in node.environments()


def test_a_backup_brings_an_empty_node_back(node: EdgeNode, tmp_path: Path) -> None:
    kept = tmp_path / "edge.tar.gz"
    node.run("backup", str(kept))
    node.run("remove", "--yes")
    node.run("restore", str(kept))
    assert "building" not in node.run("start")
    assert KERNELSPEC in node.environments()
