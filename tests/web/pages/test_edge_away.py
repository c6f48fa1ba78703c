"""While the edge node is out of reach: what pages say, and what goes on without it."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from harness.hub_api import running_hub_api
from harness.site import Site
from harness.waiting import wait_until
from harness.web_ui import running_web_ui


def notice(page: str) -> str:
    found = BeautifulSoup(page, "html.parser").select(".alert-warning")
    told = [" ".join(each.get_text(" ").split()) for each in found]
    return next((text for text in told if "API server is out of reach" in text), "")


@pytest.mark.parametrize("path", ["/", "/applications", "/kernels", "/environments"])
def test_pages_say_since_when_and_what_goes_on(site: Site, path: str) -> None:
    ada = site.visitor("ada")
    assert notice(ada.get(path).text) == ""
    site.stop_api()

    # What is the same for everybody is remembered for a second.
    told = wait_until(lambda: notice(ada.get(path).text), "the page tells")

    assert "The API server is out of reach." in told
    assert "It has not answered since" in told
    assert "Logins, running Labs and kernels go on." in told


def test_since_when_stays_the_same_until_it_answers_again(site: Site) -> None:
    ada = site.visitor("ada")
    site.stop_api()

    def since() -> str:
        found = BeautifulSoup(ada.get("/kernels").text, "html.parser").select_one(".alert-warning time")
        return str(found["datetime"]) if found else ""

    first = since()
    assert first
    assert since() == first
    site.start_api()
    assert since() == ""


def test_people_log_in_and_labs_get_their_tokens_without_it(tmp_path: Path) -> None:
    with running_hub_api() as hub, running_web_ui(tmp_path, hub_api_url=hub.url) as web:
        web.add_user("ada")
        assert web.services.settings.api_url == "http://127.0.0.1:9"
        browser = web.browser()
        assert browser.log_in("ada").status_code == 302
        assert browser.get("/").status_code == 200
        token = hub.know_server_of("ada")
        answer = browser.post_bare("/api/token", {}, headers={"Authorization": f"token {token}"})
        assert answer.status_code == 200
        assert answer.json()["token"]


def test_edge_that_lacks_the_keys_is_told_as_that(site: Site) -> None:
    grace, ada = site.visitor("grace"), site.visitor("ada")
    keys = site.parts.settings.jwks_file
    published = keys.read_text()
    keys.write_text('{"keys": []}')
    try:
        page = wait_until(
            lambda: _without_keys(ada.get("/applications").text), "the edge has read its keys anew"
        )
        assert "The edge node does not believe the web UI" in page
        assert "You are not logged in" not in page
        health = grace.get("/health")
        assert health.status_code == 200
        assert "An administrator hands over the keys again." in health.text
    finally:
        keys.write_text(published)


def _without_keys(page: str) -> str:
    return page if "does not believe" in page else ""
