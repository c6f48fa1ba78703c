"""The exchange with the tokens of a real JupyterHub."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from harness.jupyterhub import JupyterHub, running_jupyterhub
from harness.web_ui import WebUi, running_web_ui
from kubeyard_identity.verifier import Verifier

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterHub]:
    """A real Hub."""
    with running_jupyterhub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture
def web_ui(tmp_path: Path, hub: JupyterHub) -> Iterator[WebUi]:
    """A web UI that asks it."""
    with running_web_ui(tmp_path / "web", hub_api_url=hub.url) as running:
        running.add_user("bob")
        yield running


def exchange(web_ui: WebUi, hub_token: str) -> requests.Response:
    """Ask for a token."""
    headers = {"Authorization": f"token {hub_token}"}
    return requests.post(f"{web_ui.url}/api/token", headers=headers, timeout=15)


def test_the_token_of_bobs_server_buys_his_and_one_that_only_names_him_does_not(
    web_ui: WebUi, hub: JupyterHub
) -> None:
    own = exchange(web_ui, hub.server_token("bob"))
    visitor = hub.token("bob", "read:users:name!user=bob", "read:users:groups!user=bob")

    assert own.status_code == 200, own.text
    caller = Verifier(web_ui.services.settings.jwks_file, web_ui.url, "kubeyard-gateway").caller(
        own.json()["token"]
    )
    assert caller.name == "bob"
    assert (hub.whose(visitor).status_code, hub.whose(visitor).json()["name"]) == (200, "bob")
    assert exchange(web_ui, visitor).status_code == 401
    assert exchange(web_ui, "unknown").status_code == 401
