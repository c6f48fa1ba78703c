"""What no option may change: pods pass the restricted profile, secrets stay secret, rights stay small."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from harness import helm
from harness.helm import Manifest

pytestmark = [pytest.mark.usefixtures("chart"), pytest.mark.slow]
# The volume types of the restricted profile.
VOLUMES = {
    "configMap",
    "emptyDir",
    "persistentVolumeClaim",
    "projected",
    "secret",
    "ephemeral",
    "csi",
    "downwardAPI",
}
PASSWORD = "not-a-password"


def name(path: Path) -> str:
    return path.name.removesuffix("-values.yaml")


@pytest.fixture(params=helm.VALUES_FILES, ids=name)
def manifests(request: pytest.FixtureRequest) -> tuple[Manifest, ...]:
    return helm.with_values(name(request.param))


def test_pods_pass_the_restricted_profile(manifests: tuple[Manifest, ...]) -> None:
    for owner, spec in helm.pod_specs(manifests).items():
        security = spec["securityContext"]
        assert security["runAsNonRoot"] is True, owner
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, owner
        assert {kind for volume in spec.get("volumes", []) for kind in volume} - {"name"} <= VOLUMES, owner
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), owner
        for container in helm.containers(spec):
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False, owner
            assert own["capabilities"] == {"drop": ["ALL"]}, owner


def test_pods_are_given_no_more_than_they_need(manifests: tuple[Manifest, ...]) -> None:
    specs = helm.pod_specs(manifests)
    assert specs
    for owner, spec in specs.items():
        may_ask = {"serviceAccountName"} <= set(spec) and owner.endswith(("-hub", "-web-ui"))
        assert spec["automountServiceAccountToken"] is (may_ask and owner.startswith("Deployment/")), owner
        assert spec["enableServiceLinks"] is False, owner
        for container in helm.containers(spec):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, owner
            assert {"requests", "limits"} <= set(container["resources"]), owner
            assert "memory" in container["resources"]["limits"], owner


def secret_values(manifests: tuple[Manifest, ...]) -> set[str]:
    """All that Secrets of ours hold, as it would be written elsewhere."""
    found = {PASSWORD}
    for manifest in manifests:
        if manifest["kind"] == "Secret" and not manifest["metadata"]["name"].endswith("-edge-ca"):
            for value in manifest.get("data", {}).values():
                found |= {value, base64.b64decode(value).decode()}
            found |= set(manifest.get("stringData", {}).values())
    return found


def test_secrets_are_in_secrets_only(manifests: tuple[Manifest, ...]) -> None:
    others = json.dumps([each for each in manifests if each["kind"] != "Secret"])
    assert [value for value in secret_values(manifests) if value in others] == []


def test_nobody_but_hub_and_web_ui_has_rights(manifests: tuple[Manifest, ...]) -> None:
    kinds = {each["kind"] for each in manifests}
    assert not kinds & {"ClusterRole", "ClusterRoleBinding"}
    bound = [each for each in manifests if each["kind"] == "RoleBinding"]
    assert all(each["roleRef"]["name"].endswith(("-hub", "-web-ui")) for each in bound)


def rights(component: str) -> dict[str, Any]:
    role = helm.named(helm.with_values("minimal"), "Role", component)
    return {resource: set(rule["verbs"]) for rule in role["rules"] for resource in rule["resources"]}


def test_hub_can_neither_read_secrets_nor_delete_homes() -> None:
    assert rights("hub") == {
        "pods": {"list", "watch", "create", "delete"},
        "persistentvolumeclaims": {"get", "create"},
        "events": {"list", "watch"},
    }


def test_web_ui_can_only_look() -> None:
    assert rights("web-ui") == {"pods": {"list"}, "events": {"list"}}


def test_every_pod_has_a_policy_for_both_directions(manifests: tuple[Manifest, ...]) -> None:
    policies = [each for each in manifests if each["kind"] == "NetworkPolicy"]
    if not policies:  # left to the cluster's own rules, by one values file
        return
    covered = {each["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for each in policies}
    assert {"hub", "proxy", "web-ui", "lab", "test"} <= covered
    for policy in policies:
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
