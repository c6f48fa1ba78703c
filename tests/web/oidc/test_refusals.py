"""What the provider refuses."""

import pytest
from harness.oidc_client import REDIRECT_URI, Client, returned
from harness.web_ui import WebUi


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"code_challenge": None, "code_challenge_method": None}, id="no PKCE"),
        pytest.param({"code_challenge_method": "plain"}, id="plain"),
        pytest.param({"code_challenge_method": None}, id="no method"),
        pytest.param({"code_challenge": None}, id="no challenge"),
        pytest.param({"code_challenge": "short"}, id="no hash"),
    ],
)
def test_a_request_without_s256_goes_back_refused(hub: Client, changes: dict[str, str | None]) -> None:
    sent = returned(hub.authorize(**changes))

    assert sent["error"] == "invalid_request"
    assert "code" not in sent


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"redirect_uri": REDIRECT_URI + "/x"}, id="longer redirect"),
        pytest.param({"redirect_uri": "https://evil.example/hub/oauth_callback"}, id="other redirect"),
        pytest.param({"redirect_uri": REDIRECT_URI.replace("127.0.0.1", "localhost")}, id="other name"),
        pytest.param({"redirect_uri": REDIRECT_URI + "?more=1"}, id="more in it"),
        pytest.param({"redirect_uri": None}, id="no redirect"),
        pytest.param({"client_id": "somebody-else"}, id="unknown client"),
        pytest.param({"client_id": None}, id="no client"),
    ],
)
def test_a_request_that_cannot_be_trusted_goes_nowhere(hub: Client, changes: dict[str, str | None]) -> None:
    answer = hub.authorize(**changes)

    assert answer.status_code in (400, 401)
    assert "Location" not in answer.headers


@pytest.mark.parametrize("response_type", ["token", "id_token", "code id_token", "nonsense"])
def test_only_the_code_flow_is_spoken(hub: Client, response_type: str) -> None:
    answer = hub.authorize(response_type=response_type)

    assert answer.status_code in (302, 400)
    assert "access_token" not in answer.headers.get("Location", "")
    assert "code=" not in answer.headers.get("Location", "")


def test_a_code_works_once_and_its_reuse_ends_what_it_bought(hub: Client) -> None:
    code = hub.code()
    access_token = hub.token(code).json()["access_token"]
    assert hub.userinfo(access_token).status_code == 200

    again = hub.token(code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert hub.userinfo(access_token).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        pytest.param({"code_verifier": "v" * 64}, 400, "invalid_grant", id="wrong verifier"),
        pytest.param({"code_verifier": ""}, 400, "invalid_request", id="no verifier"),
        pytest.param({"redirect_uri": REDIRECT_URI + "/x"}, 400, "invalid_grant", id="other redirect"),
        pytest.param({"client_secret": "wrong"}, 401, "invalid_client", id="wrong secret"),
        pytest.param({"client_secret": ""}, 401, "invalid_client", id="no secret"),
        pytest.param({"client_id": "somebody-else"}, 400, "invalid_client", id="unknown client"),
        pytest.param({"grant_type": "password"}, 400, "unsupported_grant_type", id="password grant"),
        pytest.param({"grant_type": "client_credentials"}, 400, "unsupported_grant_type", id="client grant"),
    ],
)
def test_a_code_is_refused(hub: Client, changes: dict[str, str], status: int, error: str) -> None:
    answer = hub.token(hub.code(), headers=None, **changes)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_code_that_failed_once_is_gone(hub: Client) -> None:
    code = hub.code()
    hub.token(code, code_verifier="v" * 64)

    assert hub.token(code).json()["error"] == "invalid_grant"


def test_a_wrong_secret_does_not_use_the_code_up(hub: Client) -> None:
    code = hub.code()
    hub.token(code, client_secret="wrong")

    assert hub.token(code).status_code == 200


def test_a_code_lives_a_minute(hub: Client, web_ui: WebUi) -> None:
    code = hub.code()

    web_ui.clock.advance(60)

    assert hub.token(code).json()["error"] == "invalid_grant"


def test_a_code_that_nobody_was_given_is_refused(hub: Client) -> None:
    assert hub.token("a-guess").json()["error"] == "invalid_grant"


def test_a_code_ends_with_the_login_that_it_stems_from(hub: Client) -> None:
    code = hub.code()
    hub.browser.post("/logout", {}, page="/account/password")

    assert hub.token(code).status_code == 400
