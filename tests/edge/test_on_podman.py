"""An edge node in containers for real: podman, real YARN, and the script that operators run."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness.edge_node import EdgeNode, missing, podman
from harness.platform import Platform
from harness.waiting import wait_until
from kubeyard_yarn.applications import ACTIVE_STATES
from kubeyard_yarn.resource_manager import ResourceManager

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(1800)]
SERVICES = ("api-server", "worker", "gateway")
KERNELSPEC = "kubeyard.spark"


@pytest.fixture(scope="module")
def node(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeNode]:
    """Return a node that was started by the script from nothing, with the web UI's keys."""
    if reason := missing():
        pytest.skip(reason)
    node = EdgeNode.beside(platform, tmp_path_factory.mktemp("edge"))
    try:
        told = node.run("start")
        # The trial's own lines: a kernel of the default environment, and what Spark answered in it.
        assert f"a kernel of {KERNELSPEC} started as kubeyard" in told
        assert "Spark computed in it" in told
        node.know_its_authority()
        node.hand_over_keys()
        yield node
    finally:
        node.run("remove", "--yes")
        assert node.attempt("status").returncode == 1
        assert node.project not in podman("volume", "ls", "--quiet")


def _containers(node: EdgeNode) -> list[str]:
    return [node.container(service) for service in SERVICES]


@contextmanager
def _kept_in_a_kernel(node: EdgeNode) -> Iterator[None]:
    """Have a kernel of ada's keep something, and find it there afterwards."""
    ada = node.gateway("ada")
    kernel_id = ada.start(KERNELSPEC)
    with ada.connect(kernel_id) as channel:
        assert channel.joined().run("kept = 6 * 7; kept") == "42"
    yield
    ada = node.gateway("ada")
    assert kernel_id in ada.kernel_ids()
    with ada.connect(kernel_id) as channel:
        assert channel.joined().run("kept") == "42"
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204


def test_a_second_start_changes_nothing(node: EdgeNode) -> None:
    before = _containers(node)
    told = node.run("start")
    assert _containers(node) == before
    assert "is there" in told
    assert "building" not in told


@pytest.mark.parametrize("service", SERVICES)
def test_no_container_may_more_than_the_file_says(node: EdgeNode, service: str) -> None:
    """What podman made of it, not what we wrote."""
    template = "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Privileged}} {{.EffectiveCaps}} {{.Config.User}}"
    told = podman("inspect", "--format", template, node.container(service))
    assert told == "true false [] 10001:10001"
    assert int(podman("inspect", "--format", "{{.HostConfig.Memory}}", node.container(service))) >= 1 << 30


def test_a_kernel_lives_through_stop_and_start(node: EdgeNode) -> None:
    with _kept_in_a_kernel(node):
        node.run("stop")
        assert _containers(node) == ["", "", ""]
        node.run("start")


def test_kernels_of_a_stopped_node_can_still_be_ended(node: EdgeNode, platform: Platform) -> None:
    kernel_id = node.gateway("ada").start(KERNELSPEC)
    manager = ResourceManager([platform.rm_url], "kubeyard")
    (application,) = manager.applications(ACTIVE_STATES, tags=[f"kernel:{kernel_id}"])
    node.run("stop")
    assert not manager.application(application.id).state.is_final
    assert "ended 1 kernels" in node.run("stop", "--end-kernels")
    assert manager.application(application.id).state.is_final
    node.run("start")
    assert node.gateway("ada").kernel_ids() == []


def test_an_upgrade_replaces_the_services_and_leaves_kernels(node: EdgeNode) -> None:
    before = _containers(node)
    with _kept_in_a_kernel(node):
        told = node.run("upgrade")
        assert "building kubeyard/gateway" in told
        assert set(before).isdisjoint(_containers(node))
        assert "NOT WELL" not in node.run("status")


def test_images_are_built_of_this_folder(node: EdgeNode) -> None:
    """Under a version of their own: nobody's images are replaced."""
    names = [f"kubeyard/{name}:{node.project}" for name in ("api-server", "gateway")]
    settings = node.settings.read_text()
    node.add_settings(VERSION=node.project)
    try:
        node.run("build")
        template = '{{index .Labels "org.opencontainers.image.revision"}}'
        told = [podman("image", "inspect", "--format", template, name) for name in names]
        # Whichever it was: some builders give an image of which nothing changed its former label.
        assert [revision for revision in told if not re.fullmatch("[0-9a-f]{40}", revision)] == []
    finally:
        node.settings.write_text(settings)
        podman("image", "rm", "--force", "--ignore", *names)


def test_what_ended_is_told_and_comes_back(node: EdgeNode) -> None:
    assert re.match(r"api-server +well +since ", node.run("status"))
    podman("stop", node.container("worker"))
    done = node.attempt("status")
    assert done.returncode == 1
    assert re.search(r"^worker +NOT WELL +its container is exited$", done.stdout, re.MULTILINE)
    node.run("start")
    assert "NOT WELL" not in node.run("status")


def test_a_process_that_crashes_is_started_again(node: EdgeNode) -> None:
    container = node.container("worker")
    podman("exec", container, "python", "-c", "import os; os.kill(-1, 9)")
    wait_until(
        lambda: podman("inspect", "--format", "{{.RestartCount}}", container).strip() != "0",
        "podman has started the worker again",
        timeout_seconds=60,
    )
    wait_until(lambda: node.attempt("status").returncode == 0, "all is well again", timeout_seconds=120)


def test_wrong_keys_change_nothing(node: EdgeNode) -> None:
    done = node.attempt("keys", "-", given=b"<html>not found</html>")
    assert done.returncode == 1
    assert "The keys stay as they are" in done.stderr
    assert KERNELSPEC in node.environments()


def test_limits_are_in_force_at_once(node: EdgeNode) -> None:
    node.run("limits", "-", given=b'{"users": {"bob": {"kernels": 0}}}')
    refused = node.gateway("bob").send("POST", "/api/kernels", {"name": KERNELSPEC})
    assert refused.status_code == 403
    node.run("limits", "-", given=b"{}")


def test_a_backup_brings_an_empty_node_back(node: EdgeNode, tmp_path: Path) -> None:
    kept = tmp_path / "edge.tar.gz"
    node.run("backup", str(kept))
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "is there already" in node.attempt("backup", str(kept)).stderr
    assert "The services are there" in node.attempt("restore", str(kept)).stderr
    node.run("remove", "--yes")
    node.run("restore", str(kept))
    told = node.run("start")
    assert "building" not in told
    # Keys and certificate came back as well: nobody has to be told anything.
    assert KERNELSPEC in node.environments()
