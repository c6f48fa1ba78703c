"""The pod that KubeSpawner makes of our settings."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub.objects import Hub, Server  # type: ignore[import-untyped]
from kubespawner import KubeSpawner  # type: ignore[import-untyped]
from kubeyard_hub.kubernetes_settings import KubernetesSettings
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


@pytest.fixture
def pod(configured: Callable[..., Config], known_cluster: None) -> Callable[..., Any]:
    """A user's pod by these settings."""

    def make(user: str = "ada", profile: str = "", **changes: str) -> Any:
        config = configured(HUB_SPAWNER="kubernetes", LAB_IMAGE="registry.example/lab@sha256:00", **changes)

        async def manifest() -> Any:
            spawner = KubeSpawner(config=config, user=Person(user), hub=Hub(), _mock=True)
            if profile:
                spawner.user_options = {"profile": profile}
                await spawner.load_user_options()
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
    assert security["readOnlyRootFilesystem"] is True
    assert security["runAsUser"] == 10001
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
    assert [volume["name"] for volume in spec["volumes"]] == ["home", "tmp", "gateway-ca"]
    mounted = spec["containers"][0]["volume_mounts"][2]["mount_path"]
    environment = {entry["name"]: entry["value"] for entry in spec["containers"][0]["env"]}
    assert environment["JUPYTER_GATEWAY_CA_CERTS"] == f"{mounted}/ca.crt"


@pytest.fixture
def pods_file(tmp_path: Path) -> Callable[..., str]:
    """Write what Labs' pods are to be; return where."""

    def write(**content: Any) -> str:
        (tmp_path / "pods.json").write_text(json.dumps(content))
        return str(tmp_path / "pods.json")

    return write


LARGE = {
    "slug": "large",
    "display_name": "Large",
    "kubespawner_override": {"mem_limit": "8G", "image": "registry.example/lab-gpu:1"},
}
SMALL = {"slug": "small", "display_name": "Small", "default": True}


def test_profile_changes_size_and_image(pod: Callable[..., Any], pods_file: Callable[..., str]) -> None:
    file = pods_file(profiles=[SMALL, LARGE])
    container = pod(profile="large", LAB_PODS_FILE=file)["spec"]["containers"][0]
    assert container["image"] == "registry.example/lab-gpu:1"
    assert container["resources"]["limits"]["memory"] == 8 * 2**30
    usual = pod(profile="small", LAB_PODS_FILE=file)["spec"]["containers"][0]
    assert usual["image"] == "registry.example/lab@sha256:00"


def test_pods_run_where_the_file_says_and_carry_what_it_adds(
    pod: Callable[..., Any], pods_file: Callable[..., str]
) -> None:
    file = pods_file(
        node_selector={"pool": "labs"},
        tolerations=[{"key": "labs", "operator": "Exists"}],
        environment={"HTTPS_PROXY": "http://proxy:3128"},
        volumes=[{"name": "data", "configMap": {"name": "data"}}],
        volume_mounts=[{"name": "data", "mountPath": "/data", "readOnly": True}],
        image_pull_secrets=["registry"],
    )
    spec = pod(LAB_PODS_FILE=file, LAB_IMAGE_PULL_SECRET="first, second")["spec"]
    assert spec["node_selector"] == {"pool": "labs"}
    assert spec["tolerations"][0]["key"] == "labs"
    assert [volume["name"] for volume in spec["volumes"]] == ["home", "tmp", "data"]
    assert [secret["name"] for secret in spec["image_pull_secrets"]] == ["first", "second", "registry"]
    environment = {entry["name"]: entry["value"] for entry in spec["containers"][0]["env"]}
    assert environment["HTTPS_PROXY"] == "http://proxy:3128"
    assert environment["HOME"] == "/home/lab"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            {"profiles": [{"slug": "x", "display_name": "X", "kubespawner_override": {"uid": 0}}]},
            "uid cannot",
        ),
        ({"profiles": [SMALL, SMALL]}, "two profiles are named small"),
        ({"profiles": [SMALL, LARGE | {"default": True}]}, "more than one profile is the default"),
        ({"profiles": [{"display_name": "X"}]}, "slug"),
        ({"container_security_context": {}}, "container_security_context"),
    ],
)
def test_file_that_cannot_be_used_is_refused_by_name(
    pods_file: Callable[..., str], content: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told) as refused:
        KubernetesSettings(image="lab", pods_file=Path(pods_file(**content)))
    assert "KUBEYARD_LAB_PODS_FILE" in str(refused.value)
