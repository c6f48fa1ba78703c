"""What happens to pods: one is killed, or their whole node is drained."""

import json
import subprocess

from harness.cluster import Namespace
from harness.waiting import wait_until

DRAIN_SECONDS = 240


def kill(namespace: Namespace, component: str) -> None:
    """End a component's pods without grace, and wait until others are ready in their place."""
    before = namespace.pod_ids(component)
    names = [pod["metadata"]["name"] for pod in namespace.pods(component)]
    namespace.kubectl("delete", "pod", *names, "--grace-period=0", "--force")
    wait_until(lambda: _replaced(namespace, component, before), f"{component} is ready again", 180, 0.5)


def drain(namespace: Namespace, release: str, *components: str) -> None:
    """Drain the node of a release's pods, and wait until others are ready in their place.

    The node takes pods again as soon as the drain has begun, since it may be the cluster's only one.
    """
    before = {component: namespace.pod_ids(component) for component in components}
    node = namespace.pods(components[0])[0]["spec"]["nodeName"]
    options = ("--force", "--delete-emptydir-data", "--ignore-daemonsets", f"--timeout={DRAIN_SECONDS}s")
    chosen = f"--pod-selector=app.kubernetes.io/instance={release}"
    command = ("kubectl", "--context", namespace.context, "drain", node, chosen, *options)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as draining:
        try:
            wait_until(lambda: _is_closed(namespace, node), f"{node} takes no pods", 30)
        finally:
            namespace.kubectl("uncordon", node)
        said, _ = draining.communicate(timeout=DRAIN_SECONDS + 30)
    assert draining.returncode == 0, said
    for component, ids in before.items():
        wait_until(lambda c=component, i=ids: _replaced(namespace, c, i), f"{component} is ready again", 180)  # type: ignore[misc]


def _is_closed(namespace: Namespace, node: str) -> bool:
    found = json.loads(namespace.kubectl("get", "node", node, "-o", "json"))
    return bool(found["spec"].get("unschedulable"))


def _replaced(namespace: Namespace, component: str, before: set[str]) -> bool:
    pods = namespace.pods(component)
    ready = [
        all(each["ready"] for each in pod["status"].get("containerStatuses", [{"ready": False}]))
        for pod in pods
    ]
    return len(pods) == len(before) and all(ready) and not before & namespace.pod_ids(component)
