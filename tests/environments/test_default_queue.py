"""The queue of an environment that names none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.issuer import Issuer
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.environments import NewEnvironment


@pytest.fixture
def api(sqlite_url: str, issuer: Issuer, tmp_path: Path) -> Iterator[ApiServer]:
    """An API server whose own queue is `research`."""
    settings = api_settings(tmp_path, sqlite_url, issuer, api_default_queue="research")
    with running_api(settings, issuer) as server:
        yield server


def test_platforms_own_queue_is_told_with_the_others(api: ApiServer) -> None:
    assert api.client("ada").list_queues().default_queue == "research"


@pytest.mark.parametrize(("named", "given"), [("", "research"), ("default", "default")])
def test_environment_that_names_no_queue_gets_the_platforms_own(
    api: ApiServer, named: str, given: str
) -> None:
    made = api.client("ada").create_environment(NewEnvironment(name="lab", queue=named))
    assert made.queue == given


def test_queue_that_is_not_there_is_refused_with_the_own_one_among_those_that_are(api: ApiServer) -> None:
    with pytest.raises(ApiError) as caught:
        api.client("ada").create_environment(NewEnvironment(name="lab", queue="express"))
    assert "choose one of default, interactive, research." in caught.value.detail
