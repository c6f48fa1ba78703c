"""Every route has a rule, and without one of its own it is: log in first."""

from typing import cast

import pytest
from flask import Flask
from harness.web_ui import WebUi
from kubeyard_web.access import admins_only, is_public
from werkzeug.routing import Rule

# What may be opened by whoever is not logged in. Add to it only what must be.
PUBLIC = {
    "accounts.create_first_administrator",
    "accounts.first_administrator",
    "accounts.log_in",
    "accounts.login",
    "health.healthz",
    "health.metrics",
    "health.readyz",
    "oidc.discovery",
    "oidc.logout",
    "oidc.token",
    "oidc.userinfo",
    "static",
    "tokens.exchange",
    "tokens.jwks",
}


def rules_of(app: Flask) -> list[Rule]:
    """All routes."""
    return list(app.url_map.iter_rules())


def address_of(app: Flask, rule: Rule) -> str:
    """An address that leads to the route, with something in every parameter."""
    values: dict[str, object] = {}
    for name, converter in rule._converters.items():
        values[name] = 1 if "integer" in type(converter).__name__.lower() else "something"
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values, method=min(rule.methods or {"GET"}))


def test_what_is_public_is_what_this_list_says(web_ui: WebUi) -> None:
    found = {rule.endpoint for rule in rules_of(web_ui.app) if is_public(web_ui.app, rule.endpoint)}

    assert found == PUBLIC


def test_every_other_route_asks_to_log_in_whatever_the_method(web_ui: WebUi) -> None:
    closed = [rule for rule in rules_of(web_ui.app) if rule.endpoint not in PUBLIC]
    assert len(closed) > 5

    answered = {}
    for rule in closed:
        for method in rule.methods or ():
            client = web_ui.app.test_client()
            answer = client.open(address_of(web_ui.app, rule), method=method)
            to_login = answer.status_code == 302 and answer.headers["Location"].startswith("/login?next=")
            # A form without its token is refused before anything else is looked at.
            if not (to_login or answer.status_code in (400, 401)):
                answered[f"{method} {rule}"] = answer.status_code

    assert answered == {}


def test_no_route_takes_a_form_without_its_token(web_ui: WebUi) -> None:
    exempt = {"oidc.token", "tokens.exchange"}
    browser = web_ui.browser_of("ada")

    taken = [
        str(rule)
        for rule in rules_of(web_ui.app)
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        if rule.endpoint not in exempt
        and browser.http.request(
            method, web_ui.url + address_of(web_ui.app, rule), allow_redirects=False, timeout=10
        ).status_code
        != 400
    ]

    assert taken == []


def test_nothing_is_changed_by_a_get(web_ui: WebUi) -> None:
    for rule in rules_of(web_ui.app):
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert methods == {"GET"} or "GET" not in methods, f"{rule} does both"


def test_a_part_of_a_page_sends_the_whole_page_to_log_in(web_ui: WebUi) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"{web_ui.url}/applications?state=RUNNING"}

    answer = web_ui.browser().get("/account/password", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fapplications%3Fstate%3DRUNNING"


def test_a_part_of_a_page_elsewhere_sends_nobody_there(web_ui: WebUi) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example//evil.example/"}

    answer = web_ui.browser().get("/account/password", headers=headers)

    assert answer.headers["HX-Redirect"] == "/login?next=%2F"


def test_a_stream_is_refused_rather_than_redirected(web_ui: WebUi) -> None:
    assert (
        web_ui.browser().get("/account/password", headers={"Accept": "text/event-stream"}).status_code == 401
    )


@pytest.mark.parametrize(("name", "status"), [("ada", 200), ("bob", 403)])
def test_what_is_for_administrators_is_for_nobody_else(web_ui: WebUi, name: str, status: int) -> None:
    browser = web_ui.browser_of(name)
    view = web_ui.app.view_functions["accounts.password"]
    web_ui.app.view_functions["accounts.password"] = admins_only(lambda: cast("str", view()))

    assert browser.get("/account/password").status_code == status
