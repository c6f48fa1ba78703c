"""The Hub's numbers, as Prometheus reads them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from harness.jupyterhub import JupyterHub, running_jupyterhub

Configured = Callable[..., Any]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterHub]:
    """A real Hub that knows Prometheus's token."""
    with running_jupyterhub(tmp_path_factory.mktemp("hub")) as running:
        yield running


def get(hub: JupyterHub, path: str, token: str = "") -> requests.Response:
    url = hub.url.removesuffix("/hub/api") + path
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.get(url, headers=headers, timeout=10)


@pytest.mark.slow
def test_numbers_are_told_to_whom_the_hub_knows_and_to_nobody_else(hub: JupyterHub) -> None:
    token = hub.environment["HUB_METRICS_TOKEN"]
    assert "jupyterhub_running_servers" in get(hub, "/hub/metrics", token).text
    assert get(hub, "/hub/metrics").status_code == 403
    assert get(hub, "/hub/metrics", hub.environment["HUB_WEB_TOKEN"]).status_code == 403


@pytest.mark.slow
def test_that_token_is_good_for_nothing_else(hub: JupyterHub) -> None:
    assert get(hub, "/hub/api/users", hub.environment["HUB_METRICS_TOKEN"]).status_code == 403


def test_nobody_is_told_where_no_token_was_given(configured: Configured, tmp_path: Path) -> None:
    assert [role["name"] for role in configured().JupyterHub.load_roles] == ["kubeyard-web"]
    (tmp_path / "metrics-token").touch(mode=0o600)
    (tmp_path / "metrics-token").write_text("a-token-of-prometheus\n")
    told = configured(HUB_METRICS_TOKEN_FILE=str(tmp_path / "metrics-token")).JupyterHub
    assert {"name": "kubeyard-metrics", "api_token": "a-token-of-prometheus"} in told.services
    assert told.load_roles[-1]["scopes"] == ["read:metrics"]
