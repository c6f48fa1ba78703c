"""The code flow, as the Hub walks it."""

import jwt
import requests
from harness.oidc_client import Client, returned
from harness.web_ui import WebUi
from kubeyard_web.oidc.models import AccessToken, AuthorizationCode
from sqlalchemy import select


def test_discovery_names_the_public_addresses(web_ui: WebUi) -> None:
    found = requests.get(f"{web_ui.url}/.well-known/openid-configuration", timeout=5).json()

    assert found["issuer"] == web_ui.url
    assert found["authorization_endpoint"] == f"{web_ui.url}/oauth/authorize"
    assert found["token_endpoint"] == f"{web_ui.url}/oauth/token"
    assert found["end_session_endpoint"] == f"{web_ui.url}/oauth/logout"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert requests.get(found["jwks_uri"], timeout=5).json() == web_ui.services.keys.public_set()


def test_a_logged_in_person_is_sent_back_without_being_asked(hub: Client) -> None:
    sent = returned(hub.authorize())

    assert sent["state"] == "the client's own"
    assert len(sent["code"]) >= 40


def test_a_person_who_is_not_logged_in_logs_in_first_and_then_comes_back(web_ui: WebUi) -> None:
    hub = Client(web_ui, web_ui.browser())

    asked = hub.authorize()
    assert asked.headers["Location"].startswith("/login?next=%2Foauth%2Fauthorize%3F")
    logged_in = hub.browser.log_in("bob", path=asked.headers["Location"])
    sent = returned(hub.browser.get(logged_in.headers["Location"]))

    assert hub.token(sent["code"]).status_code == 200


def test_the_id_token_is_signed_and_says_who_it_is(hub: Client, web_ui: WebUi) -> None:
    tokens = hub.tokens()

    keys = jwt.PyJWKSet.from_dict(web_ui.services.keys.public_set())
    header = jwt.get_unverified_header(tokens["id_token"])
    claims = jwt.decode(
        tokens["id_token"], keys[header["kid"]].key, ["RS256"], audience="kubeyard-hub", issuer=web_ui.url
    )
    assert claims["sub"] == claims["preferred_username"] == "bob"
    assert claims["name"] == "Bob"
    assert claims["groups"] == ["people"]
    assert claims["exp"] - claims["iat"] <= 600
    assert tokens["token_type"] == "Bearer"
    assert "refresh_token" not in tokens


def test_an_administrator_is_also_of_the_admins(hub_of_ada: Client) -> None:
    assert hub_of_ada.userinfo(hub_of_ada.tokens()["access_token"]).json() == {
        "sub": "ada",
        "preferred_username": "ada",
        "name": "Ada",
        "groups": ["admins", "people"],
    }


def test_a_client_may_authenticate_by_basic_too(hub: Client, web_ui: WebUi) -> None:
    form = {"grant_type": "authorization_code", "code": hub.code(), "code_verifier": hub.verifier}
    form["redirect_uri"] = "http://127.0.0.1:8000/hub/oauth_callback"

    answer = requests.post(f"{web_ui.url}/oauth/token", form, auth=("kubeyard-hub", hub.secret), timeout=5)

    assert answer.status_code == 200


def test_the_hub_may_call_on_an_internal_address(hub: Client, web_ui: WebUi) -> None:
    inside = {"Host": "web-ui.kubeyard.svc:5000"}

    answer = hub.token(hub.code(), headers=inside)
    shown = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    userinfo = requests.get(f"{web_ui.url}/oauth/userinfo", headers=inside | shown, timeout=5)

    assert userinfo.json()["sub"] == "bob"
    claims = jwt.decode(answer.json()["id_token"], options={"verify_signature": False})
    assert claims["iss"] == web_ui.url


def test_the_nonce_comes_back_in_the_id_token(hub: Client) -> None:
    code = returned(hub.authorize(nonce="n" * 2000))["code"]

    id_token = hub.token(code).json()["id_token"]

    assert jwt.decode(id_token, options={"verify_signature": False})["nonce"] == "n" * 2000


def test_codes_and_tokens_are_stored_as_hashes(hub: Client, web_ui: WebUi) -> None:
    access_token, code = hub.tokens()["access_token"], hub.code()

    with web_ui.services.database.reading() as session:
        stored_code = session.scalars(select(AuthorizationCode)).one()
        stored_token = session.scalars(select(AccessToken)).one()
    assert code != stored_code.code_hash
    assert access_token != stored_token.token_hash
    assert len(stored_code.code_hash) == len(stored_token.token_hash) == 64
