"""The images of Kubernetes as pods of the restricted profile: a read-only root, an account without rights."""

import json
import os
import subprocess
from typing import Any
from uuid import uuid4

import pytest

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]
VERSION = "0.1.0"
# What an image of Python says of itself: whose it is, where it may write, and what it holds.
LOOK = """
import json, os, importlib.util
def may_write(folder):
    try:
        open(folder + "/trial", "w").close()
    except OSError:
        return False
    return True
bill = json.load(open("/usr/share/doc/kubeyard/sbom.cdx.json"))
print(json.dumps({
    "account": [os.getuid(), os.getgid()],
    "writable": [each for each in ("/", "/opt/kubeyard", os.getcwd(), "/tmp") if may_write(each)],
    "home": os.getcwd(),
    "bill": bill["metadata"]["component"]["name"],
    "module": importlib.util.find_spec(MODULE).origin,
    "compiled": os.path.exists(importlib.util.find_spec(MODULE).cached),
}))
"""
SECURE = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def run_as_pod(image: str, command: list[str], home: str) -> tuple[str, int]:
    """What a container of the image says, and how it ends."""
    context = os.environ.get("KUBEYARD_TEST_CONTEXT")
    if not context:
        pytest.skip("KUBEYARD_TEST_CONTEXT names no cluster to try this on")
    name = f"image-{uuid4().hex[:8]}"
    folders = {"state": home, "tmp": "/tmp"}
    container = {
        "name": "it",
        "image": f"kubeyard/{image}:{VERSION}",
        "imagePullPolicy": "IfNotPresent",
        "command": command,
        "securityContext": SECURE,
        "volumeMounts": [{"name": each, "mountPath": path} for each, path in folders.items()],
    }
    spec: dict[str, Any] = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": each, "emptyDir": {}} for each in folders],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
    kubectl = ["kubectl", "--context", context, "--namespace", "default"]
    try:
        _run([*kubectl, "create", "-f", "-"], json.dumps(pod))
        ended = "jsonpath={.status.containerStatuses[0].state.terminated.exitCode}"
        _run([*kubectl, "wait", f"--for={ended}", f"pod/{name}", "--timeout=90s"])
        code = int(_run([*kubectl, "get", "pod", name, "-o", ended]))
        return _run([*kubectl, "logs", name]), code
    finally:
        _run([*kubectl, "delete", "pod", name, "--ignore-not-found", "--grace-period=1", "--wait=false"])


def _run(command: list[str], given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize(
    ("image", "module", "home"),
    [
        ("web-ui", "kubeyard_web", "/var/lib/kubeyard"),
        ("hub", "kubeyard_hub", "/var/lib/kubeyard"),
        ("lab", "kubeyard_lab", "/home/lab"),
    ],
)
def test_an_image_runs_without_rights_on_a_read_only_root(image: str, module: str, home: str) -> None:
    said, code = run_as_pod(image, ["python", "-c", LOOK.replace("MODULE", repr(module))], home)
    assert code == 0, said
    found = json.loads(said)
    assert found["account"] == [10001, 10001]
    assert found["writable"] == [home, "/tmp"]
    assert found["home"] == home
    assert found["bill"] == f"kubeyard/{image}"
    assert found["module"].startswith(f"/opt/kubeyard/lib/python3.11/site-packages/{module}/")
    assert found["compiled"] is True


@pytest.mark.parametrize(
    ("image", "module", "setting"),
    [
        ("web-ui", "kubeyard_web", "KUBEYARD_JWKS_FILE"),
        ("hub", "kubeyard_hub", "KUBEYARD_HUB_CRYPT_KEY_FILE"),
    ],
)
def test_a_service_that_is_told_nothing_names_what_it_misses(image: str, module: str, setting: str) -> None:
    said, code = run_as_pod(image, ["python", "-m", module, "serve"], "/var/lib/kubeyard")
    assert code == 2, said
    assert setting in said
    assert "Traceback" not in said


def test_the_proxy_names_the_secret_that_it_misses() -> None:
    said, code = run_as_pod("proxy", ["sh", "/opt/kubeyard/serve.sh"], "/var/lib/kubeyard")
    assert code == 2
    assert "KUBEYARD_HUB_PROXY_TOKEN_FILE is not set" in said
