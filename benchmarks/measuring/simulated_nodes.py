"""Nodes without a kubelet: pods that are put there are said to run, and answer through one real pod.

The scheduler, the volumes and the Hub do all their work; only containers are not started. So a small machine
can show how many Labs at once the Hub and the API server bear.
"""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import requests

from measuring.deployed import Deployed
from measuring.gateway_client import MeasurementError

LABEL = "kubeyard.io/simulated"
_NODES = ("simulated-1", "simulated-2")
_PATCH = {"Content-Type": "application/strategic-merge-patch+json"}
_CAPACITY = {"cpu": "128", "memory": "1Ti", "pods": "110", "ephemeral-storage": "1Ti"}
_LOOK_EVERY_SECONDS = 0.2
_HEARTBEAT_SECONDS = 8
# What stands for all Labs: it answers as one whose user is let in.
_ANSWERS = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Lab(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("X-JupyterHub-Version", "6.1.1")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
    def log_message(self, *words): pass
ThreadingHTTPServer(("", 8888), Lab).serve_forever()
"""


@contextmanager
def simulated_nodes(deployed: Deployed) -> Iterator[None]:
    """Have them for as long as the block lasts."""
    command = ["kubectl", "--context", deployed.context, "proxy", "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdout is not None
        url = f"http://{proxy.stdout.readline().rpartition(' ')[2].strip()}"
        nodes = _Nodes(url, deployed.namespace, _responder(deployed))
        try:
            nodes.make()
            nodes.start()
            yield
        finally:
            nodes.end()
            proxy.terminate()


def _responder(deployed: Deployed) -> str:
    """Start the pod that answers for all, with the labels of a Lab, and return its address."""
    image = deployed.pods("web-ui")[0]["spec"]["containers"][0]["image"]
    labels = {"app.kubernetes.io/name": "kubeyard", "app.kubernetes.io/instance": "kubeyard"}
    secure = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    container = {
        "name": "lab",
        "image": image,
        "command": ["python", "-c", _ANSWERS],
        "securityContext": secure,
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "all-labs", "labels": {**labels, "app.kubernetes.io/component": "lab"}},
        "spec": {
            "containers": [container],
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        },
    }
    deployed.kubectl("create", "-f", "-", given=json.dumps(pod))
    deployed.kubectl("wait", "--for", "condition=Ready", "pod/all-labs", "--timeout", "60s")
    return deployed.kubectl("get", "pod", "all-labs", "-o", "jsonpath={.status.podIP}")


class _Nodes(threading.Thread):
    """Says of each pod on its nodes what a kubelet would."""

    def __init__(self, url: str, namespace: str, address: str) -> None:
        super().__init__(name="simulated-nodes", daemon=True)
        self._api = requests.Session()
        self._url = url
        self._pods = f"{url}/api/v1/namespaces/{namespace}/pods"
        self._address = address
        self._over = threading.Event()
        self._next_heartbeat = 0.0

    def make(self) -> None:
        """Register the nodes, which take pods that ask for them and no others."""
        for name in _NODES:
            taint = {"key": LABEL, "value": "true", "effect": "NoSchedule"}
            # By this name a volume knows the node that it was made for.
            labels = {LABEL: "true", "kubernetes.io/hostname": name}
            node = {"metadata": {"name": name, "labels": labels}, "spec": {"taints": [taint]}}
            self._api.delete(f"{self._url}/api/v1/nodes/{name}", timeout=30)
            self._ask("POST", f"{self._url}/api/v1/nodes", node)
        self._beat()

    def run(self) -> None:
        """Go on until the end."""
        while not self._over.wait(_LOOK_EVERY_SECONDS):
            if time.monotonic() > self._next_heartbeat:
                self._beat()
            for pod in self._ask("GET", self._pods)["items"]:
                if pod["spec"].get("nodeName") in _NODES:
                    self._serve(pod)

    def end(self) -> None:
        """Take the nodes away, and what is on them: no kubelet will ever say that it has ended."""
        self._over.set()
        if self.is_alive():
            self.join(timeout=30)
        for pod in self._ask("GET", self._pods)["items"]:
            if pod["spec"].get("nodeName") in _NODES:
                self._remove(pod)
        for name in _NODES:
            self._api.delete(f"{self._url}/api/v1/nodes/{name}", timeout=30)

    def _serve(self, pod: dict[str, Any]) -> None:
        if pod["metadata"].get("deletionTimestamp"):
            self._remove(pod)
        elif pod["status"]["phase"] == "Pending":
            address = f"{self._pods}/{pod['metadata']['name']}"
            self._ask("PATCH", f"{address}/status", {"status": self._running(pod)})

    def _remove(self, pod: dict[str, Any]) -> None:
        address = f"{self._pods}/{pod['metadata']['name']}"
        self._api.delete(address, json={"gracePeriodSeconds": 0}, timeout=30)

    def _running(self, pod: dict[str, Any]) -> dict[str, Any]:
        now = _now()
        kinds = ("Initialized", "Ready", "ContainersReady")
        return {
            "phase": "Running",
            "podIP": self._address,
            "podIPs": [{"ip": self._address}],
            "startTime": now,
            "conditions": [{"type": kind, "status": "True", "lastTransitionTime": now} for kind in kinds],
            "containerStatuses": [
                {
                    "name": container["name"],
                    "image": container["image"],
                    "imageID": "",
                    "ready": True,
                    "restartCount": 0,
                    "state": {"running": {"startedAt": now}},
                }
                for container in pod["spec"]["containers"]
            ],
        }

    def _beat(self) -> None:
        self._next_heartbeat = time.monotonic() + _HEARTBEAT_SECONDS
        condition = {"type": "Ready", "status": "True", "reason": "Simulated", "lastHeartbeatTime": _now()}
        status = {"capacity": _CAPACITY, "allocatable": _CAPACITY, "conditions": [condition]}
        for name in _NODES:
            self._ask("PATCH", f"{self._url}/api/v1/nodes/{name}/status", {"status": status})

    def _ask(self, method: str, url: str, body: object = None) -> Any:
        headers = _PATCH if method == "PATCH" else {}
        answer = self._api.request(method, url, json=body, headers=headers, timeout=30)
        if not answer.ok and answer.status_code != requests.codes.not_found:
            raise MeasurementError(f"{method} {url} answered {answer.status_code}: {answer.text[:300]}")
        return answer.json()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
