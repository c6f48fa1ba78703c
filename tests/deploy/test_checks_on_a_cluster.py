"""What `deployment_k8s.sh` checks before it changes anything, asked of a real API server."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from harness.waiting import wait_until

from .script import NOWHERE, Script

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


def problems(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The checks that failed, without their times."""
    return [line.partition(" problem  ")[2] for line in done.stdout.splitlines() if " problem  " in line]


@pytest.fixture
def namespace(script: Script) -> Script:
    """A namespace that is there already."""
    script.kubectl("create", "namespace", script.namespace)
    return script


@pytest.fixture
def newcomer(namespace: Script, tmp_path: Path) -> Script:
    """The script in the hands of somebody who may only look."""
    namespace.kubectl("create", "serviceaccount", "eve")
    binding = [
        "create",
        "rolebinding",
        "eve",
        "--clusterrole=view",
        f"--serviceaccount={namespace.namespace}:eve",
    ]
    namespace.kubectl(*binding)
    token = namespace.kubectl("create", "token", "eve").strip()
    config = json.loads(namespace.kubectl("config", "view", "--raw", "--minify", "-o", "json"))
    config["users"][0]["user"] = {"token": token}
    file = tmp_path / "eve.json"
    file.write_text(json.dumps(config))
    file.chmod(0o600)
    return replace(namespace, environment={**namespace.environment, "KUBECONFIG": str(file)})


def test_all_is_well_and_nothing_is_changed(script: Script) -> None:
    said = script.succeed(NOWHERE, "--check")
    for check in (
        "Kubernetes 1.",
        "helm v",
        "your rights",
        "is new",
        "the settings are right",
        "storage class",
    ):
        assert f" ok       {check}" in said.replace(f"release kubeyard in namespace {script.namespace} ", "")
    names = [one["metadata"]["name"] for one in script.objects("namespaces")]
    assert script.namespace not in names


def test_somebody_without_rights_is_told_which(newcomer: Script) -> None:
    done = newcomer.run(NOWHERE, "--check")
    assert done.returncode == 1
    (problem,) = problems(done)
    assert problem.startswith(f"you may not, in namespace {newcomer.namespace}: ")
    for right in ("create secrets", "patch deployments", "create pods/exec", "delete persistentvolumeclaims"):
        assert right in problem
    assert "list pods" not in problem


def test_a_wrong_setting_is_named_by_its_key(script: Script) -> None:
    done = script.run(NOWHERE, "--check", "--set", "webUI.replcas=2")
    assert done.returncode == 1
    assert "replcas" in problems(done)[0]
    assert "Nothing was changed." in done.stderr


def test_an_absent_storage_class_is_named(script: Script) -> None:
    key = "singleuser.storage.dynamic.storageClass"
    done = script.run(NOWHERE, "--check", "--set", f"hub.storage.storageClass=fastest,{key}=fast")
    assert problems(done) == [
        "there is no storage class fastest, which is set for the claim kubeyard-hub",
        "there is no storage class fast, which is set for people's homes",
    ]


def test_an_unreachable_cluster_is_a_line_not_a_traceback(script: Script, tmp_path: Path) -> None:
    config = json.loads(script.kubectl("config", "view", "--raw", "--minify", "-o", "json"))
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config))
    file.chmod(0o600)
    lost = replace(script, environment={**script.environment, "KUBECONFIG": str(file)})
    done = lost.run(NOWHERE, "--check")
    assert done.returncode == 1
    assert "127.0.0.1:1 does not answer: " in problems(done)[0]
    assert lost.run("status").stderr.startswith("Problem: The cluster of context ")


def test_nothing_happens_without_a_yes(script: Script) -> None:
    done = script.run(NOWHERE)
    assert done.returncode == 1
    assert (
        f'"Install Kubeyard as kubeyard into namespace {script.namespace} of context {script.context}'
        in done.stderr
    )
    assert script.namespace not in [one["metadata"]["name"] for one in script.objects("namespaces")]


def test_an_edge_that_no_pod_reaches_stops_the_install(script: Script) -> None:
    """By the address of this cluster's own API, where a port is closed: a refusal comes at once."""
    address = script.kubectl("get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}")
    done = script.run(address, "--yes", "--set", "edge.apiPort=1", "--set", "edge.gatewayPort=1")
    assert done.returncode == 1
    assert [line.split()[3] for line in problems(done)] == [f"http://{address}:1/healthz"] * 2
    assert "--edge-later goes on without" in done.stdout
    assert script.objects("deployments,secrets,persistentvolumeclaims") == []
    wait_until(lambda: script.objects("pods") == [], "the pod that tried the edge to be gone", 60)


def test_an_image_that_no_node_can_get_is_told_at_once(script: Script) -> None:
    done = script.run(NOWHERE, "--yes", "--set", "webUI.image.tag=none-such")
    assert done.returncode == 1
    assert "the nodes cannot get the image: " in problems(done)[0]
    assert "none-such" in problems(done)[0]


def test_a_release_between_two_states_is_taken_over_only_if_told(namespace: Script) -> None:
    """A helm that was killed leaves its record of a release that it was about to make."""
    record = {"name": "kubeyard", "owner": "helm", "status": "pending-install", "version": "1"}
    labels = ",".join(f"{name}={value}" for name, value in record.items())
    helm = ["helm", "--kube-context", namespace.context, "--namespace", namespace.namespace]
    chart = str(Path(__file__).parents[2] / "charts/kubeyard")
    options = ["--set", f"edge.host={NOWHERE}", "--set", "webUI.image.tag=none-such", "--wait"]
    killed = subprocess.Popen(
        [*helm, "install", "kubeyard", chart, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: bool(namespace.objects("secrets", "-l", labels)), "helm to note the release", 60)
    wait_until(lambda: bool(namespace.objects("deployments")), "helm to make the first objects", 60)
    killed.kill()
    killed.wait()
    done = namespace.run(NOWHERE, "--check")
    assert problems(done) == [
        "release kubeyard is pending-install: a helm works on it, or was killed while it did"
    ]
    assert "it is taken over" in namespace.succeed(NOWHERE, "--check", "--take-over")
