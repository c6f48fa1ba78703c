"""Stopping every Lab, as a platform that ends does first."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.free_address import free_address
from harness.jupyterhub import JupyterHub, running_jupyterhub
from kubeyard_hub.__main__ import main
from kubeyard_hub.settings import HubSettings
from kubeyard_hub.stop_labs import LabsNotStoppedError, stop_labs

pytestmark = pytest.mark.slow
SettingsOf = Callable[..., HubSettings]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterHub]:
    """A real Hub."""
    with running_jupyterhub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture
def settings(hub: JupyterHub, settings_of: SettingsOf, tmp_path: Path) -> HubSettings:
    """Settings of the command, which knows this Hub and its token."""
    found = settings_of(HUB_INTERNAL_URL=f"http://127.0.0.1:{hub.environment['HUB_PORT']}")
    (tmp_path / "service-token").write_text(hub.environment["HUB_SERVICE_TOKEN"])
    return found


def test_every_lab_is_stopped_and_named(
    hub: JupyterHub, settings: HubSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = [hub.server_token(name) for name in ("ada", "bob")]
    assert settings.hub_internal_url in hub.url
    main(["stop-labs"])
    assert sorted(capsys.readouterr().out.splitlines()) == [
        "stopped the Lab of ada",
        "stopped the Lab of bob",
    ]
    # A Lab's token ends with its Lab.
    assert [hub.whose(token).status_code for token in tokens] == [403, 403]


def test_without_a_lab_there_is_nothing_to_do(settings: HubSettings) -> None:
    assert stop_labs(settings) == []


def test_a_hub_that_is_away_is_told(settings_of: SettingsOf) -> None:
    address = free_address()
    with pytest.raises(LabsNotStoppedError, match=f"http://{address}/hub/api/users.* does not answer"):
        stop_labs(settings_of(HUB_INTERNAL_URL=f"http://{address}"))
