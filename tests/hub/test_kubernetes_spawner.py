"""The pod that KubeSpawner makes of our settings."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub.objects import Hub, Server  # type: ignore[import-untyped]
from kubernetes_asyncio.config import kube_config
from kubespawner import KubeSpawner  # type: ignore[import-untyped]
from traitlets.config import Config


class Person:
    """As much of JupyterHub's user as a pod's manifest asks for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.escaped_name = name
        self.id = 7
        self.url = self.base_url = f"/user/{name}/"
        self.server = Server()
        self.settings: dict[str, Any] = {}
        self.orm_user = SimpleNamespace(roles=[], groups=[], name=name)


CLUSTER = """
apiVersion: v1
kind: Config
current-context: nowhere
clusters: [{name: nowhere, cluster: {server: "http://127.0.0.1:9"}}]
users: [{name: nobody, user: {}}]
contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
"""


@pytest.fixture
def pod(
    configured: Callable[..., Config], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Any]:
    """A user's pod by these settings. KubeSpawner wants to know a cluster, though nothing is sent there."""
    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "cluster.yaml"))

    def make(user: str = "ada", **changes: str) -> Any:
        config = configured(HUB_SPAWNER="kubernetes", LAB_IMAGE="registry.example/lab@sha256:00", **changes)

        async def manifest() -> Any:
            spawner = KubeSpawner(config=config, user=Person(user), hub=Hub(), _mock=True)
            return await spawner.get_pod_manifest()

        return asyncio.run(manifest()).to_dict()

    return make


def test_pod_passes_the_restricted_profile(pod: Callable[..., Any]) -> None:
    spec = pod()["spec"]
    security = spec["containers"][0]["security_context"]
    assert security["runAsNonRoot"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automount_service_account_token"] is False


def test_pod_ends_within_a_bound_when_its_gateway_is_away(pod: Callable[..., Any]) -> None:
    assert pod()["spec"]["termination_grace_period_seconds"] == 10


def test_home_is_the_users_own_volume(pod: Callable[..., Any]) -> None:
    ada, bob = pod("ada"), pod("bob")
    claims = [one["spec"]["volumes"][0]["persistent_volume_claim"]["claimName"] for one in (ada, bob)]
    assert len(set(claims)) == 2
    assert "ada" in claims[0]
    assert ada["spec"]["containers"][0]["volume_mounts"][0]["mount_path"] == "/home/lab"


@pytest.mark.parametrize("name", ["ada.lovelace", "ada_lovelace", "a" * 63])
def test_names_are_safe_for_every_canonical_user(pod: Callable[..., Any], name: str) -> None:
    made = pod(name)["metadata"]["name"]
    assert len(made) <= 63
    assert made.replace("-", "").isalnum()


def test_resources_and_labels_come_from_settings(pod: Callable[..., Any]) -> None:
    made = pod(LAB_MEMORY_LIMIT="3G", LAB_CPU_LIMIT="1.5")
    limits = made["spec"]["containers"][0]["resources"]["limits"]
    assert (limits["memory"], limits["cpu"]) == (3 * 2**30, 1.5)
    assert made["metadata"]["labels"]["app.kubernetes.io/component"] == "lab"


def test_gateways_certificate_is_mounted_when_named(pod: Callable[..., Any]) -> None:
    spec = pod(LAB_GATEWAY_CA_SECRET="edge-ca")["spec"]
    assert [volume["name"] for volume in spec["volumes"]] == ["home", "gateway-ca"]
    mounted = spec["containers"][0]["volume_mounts"][1]["mount_path"]
    environment = {entry["name"]: entry["value"] for entry in spec["containers"][0]["env"]}
    assert environment["JUPYTER_GATEWAY_CA_CERTS"] == f"{mounted}/ca.crt"
