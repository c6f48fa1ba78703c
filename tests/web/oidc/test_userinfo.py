"""Who is logged in, for the holder of an access token."""

import pytest
import requests
from harness.oidc_client import Client
from harness.web_ui import WebUi
from kubeyard_web.accounts.models import User


def test_userinfo_says_who_it_is(hub: Client) -> None:
    answer = hub.userinfo(hub.tokens()["access_token"])

    assert answer.status_code == 200
    assert answer.json() == {"sub": "bob", "preferred_username": "bob", "name": "Bob", "groups": ["people"]}


def test_userinfo_tells_a_demotion_at_once(hub_of_ada: Client, web_ui: WebUi) -> None:
    access_token = hub_of_ada.tokens()["access_token"]
    with web_ui.services.database.writing() as session:
        session.get_one(User, "ada").roles = ["user"]

    assert hub_of_ada.userinfo(access_token).json()["groups"] == ["people"]


def test_userinfo_refuses_once_the_account_is_disabled(hub: Client, web_ui: WebUi) -> None:
    access_token = hub.tokens()["access_token"]

    web_ui.disable("bob")

    assert hub.userinfo(access_token).status_code == 401


def test_userinfo_refuses_after_logging_out(hub: Client) -> None:
    access_token = hub.tokens()["access_token"]

    hub.browser.post("/logout", {}, page="/account/password")

    assert hub.userinfo(access_token).status_code == 401


def test_userinfo_refuses_when_the_login_has_ended(hub: Client, web_ui: WebUi) -> None:
    access_token = hub.tokens()["access_token"]

    web_ui.clock.advance(13 * 3600)

    assert hub.userinfo(access_token).status_code == 401


@pytest.mark.parametrize("header", [None, "Bearer guess", "Bearer", "token guess", "Basic Ym9iOmJvYg==", ""])
def test_userinfo_refuses_whoever_shows_no_access_token(web_ui: WebUi, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}

    answer = requests.get(f"{web_ui.url}/oauth/userinfo", headers=headers, timeout=5)

    assert answer.status_code == 401
    assert "bob" not in answer.text


def test_userinfo_takes_no_id_token_for_an_access_token(hub: Client) -> None:
    assert hub.userinfo(hub.tokens()["id_token"]).status_code == 401
