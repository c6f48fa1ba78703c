"""Each right that the chart gives is used by the code it is given to, and no other is asked for."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from harness import helm
from harness.scripted_server import ScriptedServer
from harness.small_kubernetes import SmallKubernetes
from hub.settings import apply, environment_in
from jupyterhub.objects import Hub, Server  # type: ignore[import-untyped]
from kubernetes_asyncio.config import kube_config
from kubeyard_hub.configuration import configure
from kubeyard_hub.kubernetes_labs import KubernetesLab
from kubeyard_hub.settings import HubSettings
from kubeyard_web.platform.kubernetes import Kubernetes, Listed
from traitlets.config import Config

pytestmark = [pytest.mark.usefixtures("chart"), pytest.mark.slow]


class Person:
    """As much of JupyterHub's user as starting a pod asks for."""

    name = escaped_name = "ada"
    id = 7
    url = base_url = "/user/ada/"
    server = Server()
    settings: dict[str, Any] = {}
    orm_user = SimpleNamespace(roles=[], groups=[], name="ada")


@pytest.fixture
def lab_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Config]:
    """The Hub's configuration in a cluster whose API is at an address."""

    def make(url: str) -> Config:
        apply(
            monkeypatch,
            environment_in(tmp_path, HUB_SPAWNER="kubernetes", LAB_IMAGE="lab:1", LAB_START_SECONDS="20"),
        )
        file = tmp_path / "cluster.yaml"
        file.write_text(
            "{apiVersion: v1, kind: Config, current-context: c, users: [{name: u, user: {}}], "
            f'clusters: [{{name: c, cluster: {{server: "{url}"}}}}], '
            "contexts: [{name: c, context: {cluster: c, user: u}}]}"
        )
        monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(file))
        config = Config()
        configure(config, HubSettings())
        # Otherwise an address that an earlier test gave would be remembered.
        config.KubeSpawner.k8s_api_host = url
        # The Hub waits until a Lab listens; the API does, on the machine that all pods are here.
        config.KubeSpawner.port = urlsplit(url).port
        return config

    return make


async def start_and_stop(config: Config) -> None:
    """What the Hub does with a Lab in its life."""
    lab = KubernetesLab(config=config, user=Person(), hub=Hub(), _mock=True)
    try:
        await lab.start()
        assert await lab.poll() is None
        await lab.stop()
    finally:
        await lab._stop_all_reflectors()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()


def rights(component: str) -> set[tuple[str, str]]:
    role = helm.named(helm.with_values("minimal"), "Role", component)
    return {
        (resource, verb) for rule in role["rules"] for resource in rule["resources"] for verb in rule["verbs"]
    }


def test_hub_uses_each_of_its_rights_and_no_other(lab_config: Callable[[str], Config]) -> None:
    used: set[tuple[str, str]] = set()
    for claims_are_used_up in (False, True):
        script = SmallKubernetes(claims_are_used_up)
        script.has_claim("home-ada")
        with ScriptedServer(script) as server:
            asyncio.run(start_and_stop(lab_config(server.url)))
        used |= script.used
    assert used == rights("hub")


def test_web_ui_uses_each_of_its_rights_and_no_other(tmp_path: Path) -> None:
    for name in ("namespace", "token", "ca.crt"):
        (tmp_path / name).write_text("data")
    script = SmallKubernetes()
    with ScriptedServer(script) as server:
        cluster = Kubernetes(server.url, tmp_path)
        assert cluster.pods() == cluster.warnings() == Listed([])
    assert script.used == rights("web-ui")
