"""A pod that tries connections, as one of the platform's parts or as a stranger."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from harness.cluster import Namespace

IMAGE = "kubeyard/web-ui:0.1.0"
# Each is told in one word; a connection that a policy drops ends by the time limit.
_PROGRAM = """
import socket, sys
for place in sys.argv[1:]:
    host, _, port = place.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
        print(place, "open")
    except OSError as why:
        print(place, "closed")
"""


@dataclass(frozen=True)
class Probe:
    """The pod."""

    namespace: Namespace
    name: str

    def reaches(self, *places: str) -> dict[str, bool]:
        """Whether each host:port takes a connection from there."""
        said = self.namespace.kubectl("exec", self.name, "--", "python", "-c", _PROGRAM, *places)
        return {line.split()[0]: line.endswith(" open") for line in said.splitlines()}


@contextmanager
def probe(namespace: Namespace, name: str, labels: Mapping[str, str]) -> Iterator[Probe]:
    """A pod with these labels, for as long as the block lasts; it serves nothing but waits."""
    namespace.kubectl("apply", "-f", "-", given=json.dumps(_pod(name, labels)))
    try:
        namespace.kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")
        yield Probe(namespace, name)
    finally:
        namespace.try_kubectl("delete", "pod", name, "--grace-period=0", "--force", "--wait=true")


def _pod(name: str, labels: Mapping[str, str]) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "probe",
                    "image": IMAGE,
                    # It listens where a Lab does, so that a refusal is a policy's and not a closed port's.
                    "command": [
                        "python",
                        "-m",
                        "http.server",
                        "8888",
                        "--directory",
                        "/var/empty",
                    ],
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }
