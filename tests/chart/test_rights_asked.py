"""`deployment_k8s.sh` asks beforehand for every right that installing the chart takes."""

import subprocess
from pathlib import Path

import pytest
from harness import helm
from harness.helm import Manifest

pytestmark = [pytest.mark.usefixtures("chart"), pytest.mark.slow]
DEPLOY = Path(__file__).parents[2] / "kubernetes/deploy"
VERBS = {"get", "list", "create", "patch", "delete"}
# How rights name each kind, as `kubectl api-resources` shows it.
RESOURCES = {
    "ConfigMap": "configmaps",
    "DaemonSet": "daemonsets.apps",
    "Deployment": "deployments.apps",
    "HTTPRoute": "httproutes.gateway.networking.k8s.io",
    "Ingress": "ingresses.networking.k8s.io",
    "Job": "jobs.batch",
    "NetworkPolicy": "networkpolicies.networking.k8s.io",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Pod": "pods",
    "PodDisruptionBudget": "poddisruptionbudgets.policy",
    "ResourceQuota": "resourcequotas",
    "Role": "roles.rbac.authorization.k8s.io",
    "RoleBinding": "rolebindings.rbac.authorization.k8s.io",
    "Secret": "secrets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
    "ServiceMonitor": "servicemonitors.monitoring.coreos.com",
}
# Helm writes its record anew and waits; the script follows pods, enters them, reads their logs, and restores.
BESIDE = {
    "update secrets",
    "watch jobs.batch",
    "list replicasets.apps",
    "watch pods",
    "get pods/log",
    "create pods/exec",
    "list events",
    "watch events",
    "watch deployments.apps",
    "patch deployments.apps/scale",
}


def asked(command: str, folder: Path, manifests: str = "") -> set[str]:
    """The rights that a command of the script prints, of a namespace that is there, with these manifests."""
    (folder / "rendered").write_text(manifests)
    program = f'scratch={folder}; . {DEPLOY}/checks.sh; namespace_exists() {{ :; }}; "$1"'
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", program, "-", command],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stdout.splitlines())


def over(kinds: set[str]) -> set[str]:
    return {f"{verb} {RESOURCES[kind]}" for kind in kinds for verb in VERBS}


def kinds(manifests: tuple[Manifest, ...]) -> set[str]:
    return {each["kind"] for each in manifests}


def test_every_right_that_a_role_gives_is_asked_for(tmp_path: Path) -> None:
    """The cluster refuses a Role that gives what its maker lacks."""
    roles = [each for each in helm.with_values("minimal") if each["kind"] == "Role"]
    rules = [rule for role in roles for rule in role["rules"]]
    assert {group for rule in rules for group in rule["apiGroups"]} == {""}
    given = {f"{verb} {name}" for rule in rules for name in rule["resources"] for verb in rule["verbs"]}
    assert len(given) > 5
    assert given <= asked("needed_rights", tmp_path)


def test_what_helm_and_the_script_do_is_asked_for(tmp_path: Path) -> None:
    assert asked("needed_rights", tmp_path) >= BESIDE | over(
        {"Secret", "Deployment", "PersistentVolumeClaim"}
    )


@pytest.mark.parametrize("values", helm.VALUES_FILES, ids=lambda path: path.stem)
def test_every_kind_that_an_option_makes_is_asked_for(values: Path, tmp_path: Path) -> None:
    text = helm.rendered_text("--values", str(values))
    always, beside = asked("needed_rights", tmp_path, text), asked("rights_of_options", tmp_path, text)
    made = over(kinds(helm.rendered("--values", str(values))))
    assert made <= always | beside
    assert beside == made - always


def test_without_options_nothing_more_is_asked_for(tmp_path: Path) -> None:
    text = helm.rendered_text("--set", "edge.host=192.0.2.10")
    assert asked("rights_of_options", tmp_path, text) == set()
