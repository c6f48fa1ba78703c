"""The exchange of a server's Hub token for a token of its owner."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from harness.hub_api import HubApi, running_hub_api
from harness.scripted_server import Answer
from harness.web_ui import WebUi, running_web_ui
from kubeyard_identity.verifier import Verifier
from kubeyard_web.accounts import users
from kubeyard_web.accounts.users import USER_ROLE
from structlog.testing import capture_logs


@pytest.fixture
def hub() -> Iterator[HubApi]:
    """A Hub that knows no token yet."""
    with running_hub_api() as running:
        yield running


@pytest.fixture
def web_ui(tmp_path: Path, hub: HubApi) -> Iterator[WebUi]:
    """A web UI that asks that Hub; ada administers, bob is a user."""
    with running_web_ui(tmp_path / "web", hub_api_url=hub.url) as running:
        running.add_user("ada", is_admin=True)
        running.add_user("bob")
        yield running


def exchange(web_ui: WebUi, hub_token: str | None, scheme: str = "token ") -> requests.Response:
    """Ask for a token."""
    headers = {} if hub_token is None else {"Authorization": scheme + hub_token}
    return requests.post(f"{web_ui.url}/api/token", headers=headers, timeout=10)


@pytest.mark.parametrize("audience", ["kubeyard-api", "kubeyard-gateway"])
def test_a_server_gets_the_token_of_its_owner(web_ui: WebUi, hub: HubApi, audience: str) -> None:
    answer = exchange(web_ui, hub.know_server_of("bob"))

    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 600
    caller = Verifier(web_ui.services.settings.jwks_file, web_ui.url, audience).caller(answer.json()["token"])
    assert (caller.name, caller.is_admin) == ("bob", False)
    assert caller.groups == {"people"}


def test_an_administrators_server_gets_an_administrators_token(web_ui: WebUi, hub: HubApi) -> None:
    answer = exchange(web_ui, hub.know_server_of("ada")).json()

    caller = Verifier(web_ui.services.settings.jwks_file, web_ui.url, "kubeyard-api").caller(answer["token"])
    assert caller.is_admin
    # It cannot be taken back when ada is demoted, so it ends soon.
    assert answer["expires_in"] == (caller.expires_at - caller.issued_at).total_seconds() == 120
    assert caller.groups == {"admins", "people"}


def test_a_demoted_administrators_server_gets_a_users_token_at_once(web_ui: WebUi, hub: HubApi) -> None:
    hub_token = hub.know_server_of("ada")
    verifier = Verifier(web_ui.services.settings.jwks_file, web_ui.url, "kubeyard-api")
    assert verifier.caller(exchange(web_ui, hub_token).json()["token"]).is_admin
    with web_ui.services.database.writing() as session:
        ada = users.enabled(session, "ada", with_demo=False)
        assert ada is not None
        ada.roles = [USER_ROLE]
    assert not verifier.caller(exchange(web_ui, hub_token).json()["token"]).is_admin


OWN = ["users:activity!user=bob", "read:users:name!user=bob"]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param({"session_id": "s", "scopes": ["read:users:name!user=bob"]}, id="a visitor's token"),
        pytest.param({"session_id": "s", "scopes": OWN}, id="of a session"),
        pytest.param({"session_id": None, "scopes": ["read:users:name!user=bob"]}, id="a person's own token"),
        pytest.param(
            {"session_id": None, "scopes": ["users:activity!user=ada"]}, id="the activity of another"
        ),
        pytest.param({"session_id": None, "scopes": ["users:activity"]}, id="everybody's activity"),
        pytest.param({"session_id": None, "scopes": OWN, "kind": "service"}, id="a service's"),
        pytest.param({"session_id": None, "scopes": OWN, "name": "nobody"}, id="another name"),
        pytest.param({"session_id": None, "scopes": OWN, "name": None}, id="no name"),
        pytest.param({"scopes": OWN}, id="of no known session"),
        pytest.param({"session_id": None}, id="no scopes"),
    ],
)
def test_a_token_that_is_not_a_servers_own_is_refused(
    web_ui: WebUi, hub: HubApi, model: dict[str, Any]
) -> None:
    token = hub.know("some-token", **({"kind": "user", "name": "bob"} | model))

    answer = exchange(web_ui, token)

    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
    assert "token" not in answer.json()


def test_a_token_that_the_hub_does_not_know_is_refused(web_ui: WebUi) -> None:
    assert exchange(web_ui, "a-guess").status_code == 401


@pytest.mark.parametrize(("token", "scheme"), [(None, ""), ("", "token "), ("x", "Bearer "), ("x", "")])
def test_whoever_shows_no_hub_token_is_refused_unasked(
    web_ui: WebUi, hub: HubApi, token: str | None, scheme: str
) -> None:
    assert exchange(web_ui, token, scheme).status_code == 401
    assert hub.times_asked == 0


def test_a_disabled_user_gets_no_token(web_ui: WebUi, hub: HubApi) -> None:
    token = hub.know_server_of("bob")
    assert exchange(web_ui, token).status_code == 200

    web_ui.disable("bob")

    assert exchange(web_ui, token).status_code == 401


@pytest.mark.parametrize(
    "trouble",
    [Answer(status=500), Answer(status=502), Answer(b"<html>", 200), Answer(b"[]", 200), Answer(status=302)],
)
def test_a_hub_in_trouble_is_told_apart_from_a_refusal(web_ui: WebUi, hub: HubApi, trouble: Answer) -> None:
    token = hub.know_server_of("bob")
    hub.trouble = trouble

    answer = exchange(web_ui, token)

    assert (answer.status_code, answer.json()["code"]) == (503, "hub-unreachable")
    assert int(answer.headers["Retry-After"]) > 0
    hub.trouble = None
    assert exchange(web_ui, token).status_code == 200


def test_a_hub_that_is_away_is_told_apart_too(tmp_path: Path) -> None:
    with running_web_ui(tmp_path) as web_ui:
        answer = exchange(web_ui, "any")

    assert (answer.status_code, answer.json()["code"]) == (503, "hub-unreachable")


def test_the_hubs_word_is_remembered_for_half_a_minute(web_ui: WebUi, hub: HubApi) -> None:
    token = hub.know_server_of("bob")
    for _ in range(3):
        exchange(web_ui, token)
    assert hub.times_asked == 1
    hub.forget(token)

    web_ui.clock.advance(31)

    assert exchange(web_ui, token).status_code == 401


def test_a_server_that_asks_too_often_has_to_wait_and_only_that_one(web_ui: WebUi, hub: HubApi) -> None:
    hasty, calm = hub.know_server_of("bob"), hub.know_server_of("ada")
    statuses = [exchange(web_ui, hasty).status_code for _ in range(40)]

    refused = exchange(web_ui, hasty)

    assert statuses[:30] == [200] * 30
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many")
    assert exchange(web_ui, calm).status_code == 200
    web_ui.clock.advance(int(refused.headers["Retry-After"]))
    assert exchange(web_ui, hasty).status_code == 200


def test_an_address_that_guesses_tokens_is_stopped_but_not_its_neighbours(web_ui: WebUi, hub: HubApi) -> None:
    neighbour = hub.know_server_of("bob")
    exchange(web_ui, neighbour)
    statuses = {exchange(web_ui, f"guess-{number}").status_code for number in range(60)}
    assert statuses == {401}

    assert exchange(web_ui, "one more guess").status_code == 429
    assert exchange(web_ui, neighbour).status_code == 200


def test_no_token_reaches_the_log(web_ui: WebUi, hub: HubApi) -> None:
    with capture_logs() as events:
        given = exchange(web_ui, hub.know_server_of("bob")).json()["token"]
        exchange(web_ui, "a-guess-of-mine")

    assert [event["event"] for event in events if event["event"].startswith("exchange")] == [
        "exchange-refused"
    ]
    for secret in ("server-of-bob", "a-guess-of-mine", given):
        assert secret not in str(events)
