"""Helm, as operators run it: what it renders of the chart, or why it refuses."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it carries no types

CHART = Path(__file__).resolve().parents[2] / "charts" / "kubeyard"
VALUES_FILES = sorted((CHART / "ci").glob("*-values.yaml"))
RELEASE = "ky"
NAMESPACE = "data"
# Helm knows no cluster here, and takes an old one for granted.
KUBERNETES = "1.34.0"
# To make one takes a second; what is about the key itself leaves this away.
NO_NEW_KEY = ("--set", "keys.signing.existingSecret=signing-keys-of-others")
MISSING = "helm is not on the PATH; install Helm 3.19, or name it in KUBEYARD_TEST_HELM"
Manifest = dict[str, Any]


def find_helm() -> str | None:
    """Where Helm is, if it is anywhere."""
    return os.environ.get("KUBEYARD_TEST_HELM") or shutil.which("helm")


def helm(*arguments: str, timeout_seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run Helm to its end."""
    program = find_helm()
    assert program, MISSING
    command = [program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout_seconds, check=False)


def template(*options: str, chart: Path = CHART) -> subprocess.CompletedProcess[str]:
    """Render the chart with these options."""
    fixed = ("--namespace", NAMESPACE, "--kube-version", KUBERNETES)
    return helm("template", RELEASE, str(chart), *fixed, *options)


@cache
def rendered_text(*options: str) -> str:
    """What the chart makes of these options, once for all tests."""
    result = template(*NO_NEW_KEY, *options)
    assert result.returncode == 0, result.stderr
    return result.stdout


@cache
def rendered(*options: str) -> tuple[Manifest, ...]:
    """The same, read."""
    return tuple(document for document in yaml.safe_load_all(rendered_text(*options)) if document)


def with_values(name: str) -> tuple[Manifest, ...]:
    """What the chart makes of a values file of ci/, named without its ending."""
    return rendered("--values", str(CHART / "ci" / f"{name}-values.yaml"))


def named(manifests: Sequence[Manifest], kind: str, name: str) -> Manifest:
    """The one object of this kind and name, without the release's prefix."""
    wanted = f"{RELEASE}-{name}" if name else RELEASE
    found = [each for each in manifests if each["kind"] == kind and each["metadata"]["name"] == wanted]
    assert len(found) == 1, f"{len(found)} objects {kind} {wanted}"
    return found[0]


def pod_specs(manifests: Sequence[Manifest]) -> dict[str, Manifest]:
    """Each pod's specification, by `kind/name` of what makes it."""
    specs: dict[str, Manifest] = {}
    for each in manifests:
        spec = each.get("spec") or {}
        if each["kind"] == "Pod":
            specs[f"Pod/{each['metadata']['name']}"] = spec
        elif "template" in spec:
            specs[f"{each['kind']}/{each['metadata']['name']}"] = spec["template"]["spec"]
    return specs


def containers(spec: Manifest) -> list[Manifest]:
    """All containers of a pod, those that prepare it too."""
    return [*spec.get("initContainers", []), *spec["containers"]]


def environment(container: Manifest) -> dict[str, Any]:
    """A container's variables; where a value comes from elsewhere, from where."""
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container.get("env", [])}
