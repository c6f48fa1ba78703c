"""The one Kubernetes cluster that tests may use, by kubectl and Helm as operators use them."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from harness import helm
from harness.waiting import wait_until

NOT_NAMED = "KUBEYARD_TEST_CONTEXT names no cluster; set it to a context of kubectl that may be tried on"
Object = dict[str, Any]


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


class PortForward:
    """`kubectl port-forward` to a Service, begun again whenever the pod at its end goes away."""

    def __init__(self, namespace: Namespace, service: str, port: int, local_port: int) -> None:
        self.url = f"http://127.0.0.1:{local_port}"
        self._command = [
            *("kubectl", "--context", namespace.context, "--namespace", namespace.name),
            *("port-forward", f"service/{service}", f"{local_port}:{port}"),
        ]
        self._local_port = local_port
        self._closed = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name=f"forward-{service}", daemon=True)

    def __enter__(self) -> "PortForward":
        self._thread.start()
        wait_until(self._is_open, f"{' '.join(self._command[5:])} listens", 60)
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        if self._process:
            self._process.terminate()
        self._thread.join(timeout=20)

    def _keep(self) -> None:
        while not self._closed.is_set():
            self._process = subprocess.Popen(
                self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            self._process.wait()
            self._closed.wait(0.3)

    def _is_open(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._local_port), timeout=1).close()
        except OSError:
            return False
        return True
