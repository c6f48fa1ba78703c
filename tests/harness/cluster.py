"""The one Kubernetes cluster that tests may use, by kubectl and Helm as operators use them."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import sample
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests

from harness import helm
from harness.waiting import wait_until

NOT_NAMED = "KUBEYARD_TEST_CONTEXT names no cluster; set it to a context of kubectl that may be tried on"
Object = dict[str, Any]
# Kubernetes gives these to Services unless it is told otherwise.
NODE_PORTS = range(30000, 32768)


@dataclass(frozen=True)
class Namespace:
    """A namespace of one test run, which the restricted Pod Security profile is enforced in."""

    context: str
    name: str

    def kubectl(self, *words: str, given: str | None = None, timeout_seconds: float = 120) -> str:
        """What kubectl answers; AssertionError if it fails."""
        done = self.try_kubectl(*words, given=given, timeout_seconds=timeout_seconds)
        assert done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}{done.stdout}"
        return done.stdout

    def try_kubectl(
        self, *words: str, given: str | None = None, timeout_seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl, whatever comes of it."""
        command = ["kubectl", "--context", self.context, "--namespace", self.name, *words]
        return subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=timeout_seconds, check=False
        )

    def helm(self, *words: str, timeout_seconds: float = 400) -> str:
        """What Helm says; AssertionError with what the pods say if it fails."""
        where = ("--kube-context", self.context, "--namespace", self.name)
        done = helm.helm(*words, *where, timeout_seconds=timeout_seconds)
        assert done.returncode == 0, f"helm {' '.join(words)}:\n{done.stdout}{done.stderr}\n{self.story()}"
        return done.stdout

    def objects(self, kinds: str, *options: str) -> list[Object]:
        """What there is of these kinds."""
        found: list[Object] = json.loads(self.kubectl("get", kinds, "-o", "json", *options))["items"]
        return found

    def pods(self, component: str) -> list[Object]:
        """A component's pods that are not on their way out."""
        found = self.objects("pods", "-l", f"app.kubernetes.io/component={component}")
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def pod_ids(self, component: str) -> set[str]:
        """What tells each of a component's pods from one that takes its place."""
        return {pod["metadata"]["uid"] for pod in self.pods(component)}

    def restarts(self, component: str) -> dict[str, int]:
        """How often each container of a component's pods was restarted, which leaves its pod the same."""
        return {
            f"{pod['metadata']['uid']}/{each['name']}": each["restartCount"]
            for pod in self.pods(component)
            for each in pod["status"]["containerStatuses"]
        }

    def story(self) -> str:
        """Pods, warnings and the ends of logs, for a failure's message."""
        parts = [
            self.try_kubectl("get", "pods", "-o", "wide").stdout,
            self.try_kubectl("get", "events", "--field-selector", "type=Warning").stdout,
        ]
        for pod in self.try_kubectl("get", "pods", "-o", "name").stdout.split():
            parts.append(
                f"==== {pod}\n{self.try_kubectl('logs', pod, '--all-containers', '--tail=25').stdout}"
            )
        return "\n".join(parts)


def named_context() -> str | None:
    """The context that tests may use, and never another."""
    return os.environ.get("KUBEYARD_TEST_CONTEXT")


@contextmanager
def new_namespace(context: str) -> Iterator[Namespace]:
    """A namespace for as long as the block lasts."""
    one = Namespace(context, f"kubeyard-test-{uuid4().hex[:6]}")
    one.kubectl("create", "namespace", one.name)
    enforced = "pod-security.kubernetes.io/enforce=restricted"
    one.kubectl("label", "namespace", one.name, enforced)
    try:
        yield one
    finally:
        one.try_kubectl("delete", "namespace", one.name, "--wait=false")


def address_for(context: str) -> str:
    """This machine's address as the cluster's pods reach it: the one that it reaches the cluster from."""
    command = ["kubectl", "config", "view", "--minify", "--context", context, "-o"]
    path = "jsonpath={.clusters[0].cluster.server}"
    found = subprocess.run([*command, path], capture_output=True, text=True, timeout=30, check=True)
    server = urlsplit(found.stdout)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect((server.hostname, server.port or 443))
        return str(asking.getsockname()[0])


def node_ports(context: str, count: int) -> list[str]:
    """This many addresses (http://host:port) on a node, for Services that are still to be made.

    Unlike a forwarded port, they end neither with a pod nor with another connection that is cut.
    """
    nodes = _objects(context, "nodes")
    [host] = [each["address"] for each in nodes[0]["status"]["addresses"] if each["type"] == "InternalIP"][:1]
    services = _objects(context, "services", "--all-namespaces")
    taken = {port.get("nodePort") for each in services for port in each["spec"]["ports"]}
    free = sample([port for port in NODE_PORTS if port not in taken], count)
    return [f"http://{host}:{port}" for port in free]


def answers(url: str) -> bool:
    """Whether somebody answers there well: a Service learns of a ready pod a moment after Helm has."""
    try:
        return requests.get(url, timeout=3).ok
    except requests.RequestException:
        return False


def at_node_port(url: str) -> Object:
    """The chart's values of a Service that is reached at one of `node_ports`."""
    return {"type": "NodePort", "nodePort": urlsplit(url).port}


def _objects(context: str, *words: str) -> list[Object]:
    command = ["kubectl", "--context", context, "get", *words, "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found: list[Object] = json.loads(done.stdout)["items"]
    return found


@contextmanager
def forwarded(namespace: Namespace, service: str, port: int, local_port: int) -> Iterator[str]:
    """Where `kubectl port-forward` to a Service listens, as operators are told to begin it."""
    where = ("--context", namespace.context, "--namespace", namespace.name)
    command = ["kubectl", *where, "port-forward", f"service/{service}", f"{local_port}:{port}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _is_open(local_port), f"{' '.join(command[5:])} listens", 60)
            yield f"http://127.0.0.1:{local_port}"
        finally:
            process.terminate()


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
