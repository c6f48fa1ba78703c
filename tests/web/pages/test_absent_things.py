"""What is another's and what never was: every page and every part of a page says the same of both."""

import re

import pytest
from harness.applications import application_id, kernel_application
from harness.site import Site
from harness.web_ui import CSRF_FIELD, Browser
from requests import Response

FROM_A_SCRIPT = {"HX-Request": "true"}
KERNEL = "6aff9493-877e-4b51-b8f9-b2bf1f7a0870"
NEW_ENVIRONMENT = {
    "name": "churn",
    "visibility": "private",
    "pip": "humanize",
    "driver_memory_mb": "1024",
    "executor_memory_mb": "1024",
    "executors": "1",
    "executor_cores": "1",
    "queue": "interactive",
}
ABSENT = {
    "application": application_id(77),
    "kernel": "00000000-0000-4000-8000-000000000000",
    "environment": "ada/never",
    "build": "0" * 32,
}
PAGES = {
    ("GET", "applications.detail"): "/applications/{application}",
    ("GET", "applications.facts"): "/applications/{application}/facts",
    ("GET", "application_kill.confirm"): "/applications/kill?id={application}",
    ("POST", "application_kill.kill"): "/applications/kill?id={application}",
    ("GET", "application_logs.page"): "/applications/{application}/logs",
    ("GET", "application_logs.text"): "/applications/{application}/log-text?file=stdout",
    ("GET", "application_logs.download"): "/applications/{application}/log-file?file=stdout",
    ("GET", "kernels.confirm"): "/kernels/{kernel}/stop",
    ("POST", "kernels.act"): "/kernels/{kernel}/stop",
    ("GET", "new_environment.page"): "/environments/new?like={environment}",
    ("GET", "environments.detail"): "/environments/{environment}",
    ("GET", "environments.facts"): "/environments/{environment}/facts",
    ("GET", "environments.confirm_delete"): "/environments/{environment}/delete",
    ("POST", "environments.delete"): "/environments/{environment}/delete",
    ("POST", "environments.rebuild"): "/environments/{environment}/build",
    ("GET", "builds.page"): "/environments/{environment}/builds/{build}",
    ("GET", "builds.steps"): "/environments/{environment}/builds/{build}/steps",
    ("GET", "builds.stream"): "/environments/{environment}/builds/{build}/stream",
    ("GET", "builds.download"): "/environments/{environment}/builds/{build}/log",
    ("POST", "builds.cancel"): "/environments/{environment}/builds/{build}/cancel",
}
NOT_OF_SOMEBODY = {"static", "overview.part"}


@pytest.fixture
def adas(site: Site) -> dict[str, str]:
    """What ada has of each kind."""
    site.mirror(kernel_application(1, "ada", KERNEL, "ada.churn", name="Nightly"))
    ada = site.visitor("ada")
    build_page = ada.post("/environments/new", NEW_ENVIRONMENT).headers["Location"]
    return {
        "application": application_id(1),
        "kernel": KERNEL,
        "environment": "ada/churn",
        "build": build_page.rpartition("/")[2],
    }


def _send(browser: Browser, method: str, path: str, headers: dict[str, str]) -> Response:
    if method == "GET":
        return browser.get(path, headers=headers)
    token = CSRF_FIELD.search(browser.get("/account/password").text)
    assert token
    return browser.post_bare(path, {"csrf_token": token[1]}, headers=headers)


def _words(answer: Response, things: dict[str, str]) -> str:
    """What is written in the page, without what differs from one request to the next."""
    text = re.sub(r"<code>[0-9a-f-]+</code>|<time .*?</time>|<[^>]*csrf[^>]*>", "", answer.text)
    for kind, ident in things.items():
        text = text.replace(ident, kind)
    return text


def test_no_page_of_a_thing_is_forgotten_here(site: Site) -> None:
    found = {
        (method, rule.endpoint)
        for rule in site.web.app.url_map.iter_rules()
        if rule.arguments and rule.endpoint not in NOT_OF_SOMEBODY
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found <= set(PAGES)


@pytest.mark.parametrize("headers", [{}, FROM_A_SCRIPT], ids=["page", "fragment"])
@pytest.mark.parametrize(("method", "address"), [(key[0], path) for key, path in PAGES.items()])
def test_anothers_and_nobodys_are_the_same_page_that_is_not_found(
    site: Site, adas: dict[str, str], method: str, address: str, headers: dict[str, str]
) -> None:
    eve = site.visitor("eve")
    hidden, absent = (_send(eve, method, address.format_map(things), headers) for things in (adas, ABSENT))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert _words(hidden, adas) == _words(absent, ABSENT)
    assert "There is nothing here" in hidden.text
    assert 'id="main"' in hidden.text
    assert "Nightly" not in hidden.text


def test_nothing_of_ada_has_changed_by_all_that(site: Site, adas: dict[str, str]) -> None:
    eve, ada = site.visitor("eve"), site.visitor("ada")
    for (method, _), address in PAGES.items():
        _send(eve, method, address.format_map(adas), {})
    assert "Killing…" not in ada.get("/applications").text
    page = ada.get("/environments/{environment}/builds/{build}".format_map(adas))
    assert "Cancel build" in page.text


def test_a_build_has_no_page_under_another_environments_address(site: Site, adas: dict[str, str]) -> None:
    ada = site.visitor("ada")
    ada.post("/environments/new", NEW_ENVIRONMENT | {"name": "other"})
    for part in ("", "/steps", "/stream", "/log"):
        assert ada.get(f"/environments/ada/other/builds/{adas['build']}{part}").status_code == 404


def test_anothers_public_environment_is_not_offered_for_deletion(site: Site, adas: dict[str, str]) -> None:
    ada, eve = site.visitor("ada"), site.visitor("eve")
    ada.post("/environments/new", NEW_ENVIRONMENT | {"name": "open", "visibility": "public"})
    refused = eve.get("/environments/ada/open/delete")
    assert refused.status_code == 403
    assert "An administrator may do it, or the owner of the thing." in refused.text
    assert site.visitor("grace").get("/environments/ada/open/delete").status_code == 200


@pytest.mark.parametrize("query", ["file=../stdout", "file=stdout&container=nonsense"])
def test_a_log_that_no_container_can_have_is_not_found(site: Site, adas: dict[str, str], query: str) -> None:
    ada = site.visitor("ada")
    for part in ("log-text", "log-file"):
        assert ada.get(f"/applications/{adas['application']}/{part}?{query}").status_code == 404
