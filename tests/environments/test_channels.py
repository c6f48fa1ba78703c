"""Which conda channels can be reached."""

from pathlib import Path

import pytest
from harness.api_server import api_settings, running_api
from harness.issuer import Issuer
from kubeyard_client.messages.environments import Channel

NOWHERE = "http://127.0.0.1:9/harbours"


@pytest.fixture
def folder_channel(tmp_path: Path) -> str:
    """Return a channel in a folder, as small as can be."""
    folder = tmp_path / "channel" / "noarch"
    folder.mkdir(parents=True)
    (folder / "repodata.json").write_text('{"packages": {}}')
    return folder.parent.as_uri()


def channels(tmp_path: Path, url: str, issuer: Issuer, *names: str) -> tuple[Channel, ...]:
    """What an API with these channels says of them."""
    with running_api(api_settings(tmp_path, url, issuer, conda_channels=names), issuer) as api:
        return api.client("ada").list_channels().channels


def test_each_channel_is_told_with_the_reason(
    tmp_path: Path, sqlite_url: str, issuer: Issuer, folder_channel: str
) -> None:
    absent = (tmp_path / "absent").as_uri()
    found = channels(tmp_path, sqlite_url, issuer, folder_channel, NOWHERE, absent)
    assert [(one.name, one.reachable, one.reason) for one in found] == [
        (folder_channel, True, ""),
        (NOWHERE, False, "127.0.0.1 cannot be reached"),
        (absent, False, "there is no channel in this folder"),
    ]


def test_credentials_of_a_channel_are_not_shown(tmp_path: Path, sqlite_url: str, issuer: Issuer) -> None:
    (found,) = channels(tmp_path, sqlite_url, issuer, "http://ada:secret@127.0.0.1:9/harbours")
    assert found.name == "http://***@127.0.0.1:9/harbours"


def test_the_answer_is_remembered_for_a_while(tmp_path: Path, sqlite_url: str, issuer: Issuer) -> None:
    name = (tmp_path / "late").as_uri()
    (before,) = channels(tmp_path, sqlite_url, issuer, name)
    (tmp_path / "late" / "noarch").mkdir(parents=True)
    (tmp_path / "late" / "noarch" / "repodata.json").write_text("{}")
    (after,) = channels(tmp_path, sqlite_url, issuer, name)
    assert (before.reachable, after) == (False, before)
