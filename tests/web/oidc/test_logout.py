"""Logging out at a client's wish."""

from harness.oidc_client import Client
from harness.web_ui import WebUi

AFTERWARDS = "http://127.0.0.1:8000/hub/login"


def test_whoever_is_logged_out_already_comes_to_the_log_in_page(web_ui: WebUi) -> None:
    answer = web_ui.browser().get("/oauth/logout")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login"


def test_a_wish_without_proof_is_asked_about(hub: Client) -> None:
    answer = hub.browser.get("/oauth/logout")

    assert answer.status_code == 200
    assert "Log out of Kubeyard?" in answer.text
    assert hub.browser.get("/account/password").status_code == 200
    assert hub.browser.post("/logout", {}, page="/oauth/logout").status_code == 302


def test_a_wish_with_the_persons_id_token_is_fulfilled(hub: Client) -> None:
    hint = hub.tokens()["id_token"]

    answer = hub.browser.get(
        "/oauth/logout", params={"id_token_hint": hint, "post_logout_redirect_uri": AFTERWARDS, "state": "s"}
    )

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{AFTERWARDS}?state=s"
    assert hub.browser.get("/account/password").status_code == 302


def test_a_wish_leads_nowhere_that_is_not_registered(hub: Client) -> None:
    hint = hub.tokens()["id_token"]

    answer = hub.browser.get(
        "/oauth/logout", params={"id_token_hint": hint, "post_logout_redirect_uri": "https://evil.example/"}
    )

    assert answer.headers["Location"] == "/login"


def test_the_id_token_of_somebody_else_logs_nobody_out(hub: Client, hub_of_ada: Client) -> None:
    answer = hub.browser.get("/oauth/logout", params={"id_token_hint": hub_of_ada.tokens()["id_token"]})

    assert answer.status_code == 200
    assert hub.browser.get("/account/password").status_code == 200


def test_a_forged_id_token_logs_nobody_out(hub: Client) -> None:
    answer = hub.browser.get(
        "/oauth/logout", params={"id_token_hint": hub.tokens()["id_token"][:-8] + "AAAAAAAA"}
    )

    assert answer.status_code == 400
    assert hub.browser.get("/account/password").status_code == 200
