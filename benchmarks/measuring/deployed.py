"""A release on a Kubernetes cluster, installed by deployment_k8s.sh for a benchmark alone."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from measuring.gateway_client import MeasurementError

SCRIPT = Path(__file__).resolve().parents[2] / "deployment_k8s.sh"
RELEASE = "kubeyard"
# Where no edge node is given, the cluster's own node stands for one that refuses at once.
NO_EDGE = ""
_WEB_PORT, _HUB_PORT = 31500, 31800


@dataclass(frozen=True)
class Deployed:
    """Where it is, and how its parts are reached: by ports of the cluster's node."""

    context: str
    namespace: str
    node: str
    edge: str

    @property
    def web_url(self) -> str:
        """The web UI's address."""
        return f"http://{self.node}:{_WEB_PORT}"

    @property
    def hub_url(self) -> str:
        """The Hub's and the Labs' address."""
        return f"http://{self.node}:{_HUB_PORT}"

    def install(self, *options: str) -> float:
        """Install or upgrade by the operator's own script; the seconds until everything is ready."""
        words = {
            "webUI.url": self.web_url,
            "hub.url": self.hub_url,
            "webUI.plainHTTP": "true",
            "webUI.demo": "true",
            "webUI.service.type": "NodePort",
            "webUI.service.nodePort": str(_WEB_PORT),
            "proxy.service.type": "NodePort",
            "proxy.service.nodePort": str(_HUB_PORT),
        }
        settings = [word for name, value in words.items() for word in ("--set", f"{name}={value}")]
        away = ["--edge-later", "--set", "edge.apiPort=1", "--set", "edge.gatewayPort=1"]
        began = time.monotonic()
        self.script(self.edge or self.node, "--yes", *([] if self.edge else away), *settings, *options)
        return time.monotonic() - began

    def script(self, *words: str) -> str:
        """What deployment_k8s.sh says."""
        at = ("--context", self.context, "--namespace", self.namespace)
        return _run("bash", str(SCRIPT), *words, *at)

    def kubectl(self, *words: str, given: str = "") -> str:
        """What kubectl says, in this namespace."""
        return _run("kubectl", "--context", self.context, "--namespace", self.namespace, *words, given=given)

    def objects(self, kinds: str, *options: str) -> list[dict[str, Any]]:
        """What there is of these kinds."""
        found: list[dict[str, Any]] = json.loads(self.kubectl("get", kinds, "-o", "json", *options))["items"]
        return found

    def pods(self, *components: str) -> list[dict[str, Any]]:
        """The pods of these parts."""
        parts = f"app.kubernetes.io/component in ({','.join(components)})"
        return self.objects("pods", "-l", parts)

    def python(self, program: str) -> str:
        """What a program says in the web UI's pod."""
        return self.kubectl("exec", "-i", f"deployment/{RELEASE}-web-ui", "--", "python", "-", given=program)


@contextmanager
def namespace(context: str, edge: str = NO_EDGE) -> Iterator[Deployed]:
    """A namespace for as long as a block lasts; it is gone before the next begins."""
    nodes = json.loads(_run("kubectl", "--context", context, "get", "nodes", "-o", "json"))["items"]
    address = nodes[0]["status"]["addresses"][0]["address"]
    one = Deployed(context, f"kubeyard-benchmark-{uuid4().hex[:6]}", address, edge)
    try:
        yield one
    finally:
        one.kubectl("delete", "namespace", one.namespace, "--ignore-not-found", "--timeout", "300s")


def _run(*command: str, given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise MeasurementError(
            f"{' '.join(command[:12])} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout
