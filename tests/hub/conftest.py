"""What the tests of the Hub share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kubernetes_asyncio.config import kube_config
from kubeyard_hub.configuration import configure
from kubeyard_hub.settings import HubSettings
from traitlets.config import Config

from .settings import apply, environment_in

CLUSTER = """
apiVersion: v1
kind: Config
current-context: nowhere
clusters: [{name: nowhere, cluster: {server: "http://127.0.0.1:9"}}]
users: [{name: nobody, user: {}}]
contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
"""


@pytest.fixture
def settings_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., HubSettings]:
    """Settings read from an environment, as the Hub reads them."""

    def read(**changes: str) -> HubSettings:
        apply(monkeypatch, environment_in(tmp_path, **changes))
        return HubSettings()

    return read


@pytest.fixture
def configured(settings_of: Callable[..., HubSettings]) -> Callable[..., Any]:
    """The configuration that such settings yield."""

    def make(**changes: str) -> Config:
        config = Config()
        configure(config, settings_of(**changes))
        return config

    return make


@pytest.fixture
def known_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cluster that KubeSpawner insists on knowing, though nothing is sent there."""
    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "cluster.yaml"))
