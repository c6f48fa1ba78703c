"""While the edge node is out of reach: what pages say, and what goes on without it."""

from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup
from harness.applications import application
from harness.hub_api import running_hub_api
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.site import Site
from harness.waiting import wait_until
from harness.web_ui import running_web_ui
from kubeyard_web.tokens.signing import Bearer
from structlog.testing import capture_logs

FORM = {"driver_memory_mb": "1024", "executor_memory_mb": "1024", "executors": "1", "executor_cores": "1"}
FORM |= {"visibility": "private", "pip": "humanize", "conda": "", "queue": "interactive"}
WAITS = "the edge node is out of reach. It is made once that answers again."
IN_THE_BACKGROUND = ("/api/v1/me/home", "/api/v1/events")


def notice(page: str) -> str:
    return next((text for text in warnings(page) if "API server is out of reach" in text), "")


def warnings(page: str) -> list[str]:
    found = BeautifulSoup(page, "html.parser").select(".alert-warning")
    return [" ".join(each.get_text(" ").split()) for each in found]


@pytest.mark.parametrize("path", ["/", "/applications", "/kernels", "/environments", "/environments/new"])
def test_pages_say_since_when_and_what_goes_on(site: Site, path: str) -> None:
    ada = site.visitor("ada")
    assert notice(ada.get(path).text) == ""
    site.stop_api()

    # What is the same for everybody is remembered for a second.
    told = wait_until(lambda: notice(ada.get(path).text), "the page tells")

    assert "The API server is out of reach." in told
    assert "It has not answered since" in told
    assert "Logins, running Labs and kernels go on." in told


def test_the_home_that_waits_for_it_shows_no_address(site: Site) -> None:
    site.stop_api()
    ada = site.visitor("ada")
    found = wait_until(
        lambda: [text for text in warnings(ada.get("/account/password").text) if "edge node" in text],
        "the home is tried again",
    )
    assert found == [f"Your HDFS home could not be made yet: {WAITS}"]


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


def test_page_asks_in_vain_only_once(tmp_path: Path) -> None:
    """Where an edge node is switched off each question waits for seconds, and a page has ten of them."""
    not_the_api = Answer(b"<html>Bad gateway</html>", 502)
    with (
        ScriptedServer(lambda _asked: not_the_api) as edge,
        running_web_ui(tmp_path, api_url=edge.url) as web,
    ):
        web.add_user("ada")
        ada = web.browser_of("ada")
        for page in (1, 2):
            assert "It has not answered since" in ada.get("/").text
            asked = [one.path for one in edge.asked if one.path not in IN_THE_BACKGROUND]
            assert len(asked) == page, asked


def passed_on(site: Site, asked: Asked) -> Answer:
    """Return what the site's API answers ada to the same."""
    url, tokens = site.web.services.settings.api_url, site.web.services.tokens
    headers = {"Authorization": f"Bearer {tokens.token(Bearer('ada', ('people',), ('user',)))}"}
    if kind := asked.headers.get("Content-Type"):
        headers["Content-Type"] = kind
    told = requests.request(
        asked.method, url + asked.path, params=asked.params, data=asked.body, headers=headers, timeout=10
    )
    return Answer(told.content, told.status_code)


def test_a_build_whose_queueing_was_not_answered_is_not_said_to_be_none(site: Site, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer:
        told = passed_on(site, asked)
        return Answer(b"<html>Bad gateway</html>", 502) if asked.method == "POST" else told

    with ScriptedServer(answer) as edge, running_web_ui(tmp_path, api_url=edge.url) as web:
        web.add_user("ada")
        ada = web.browser_of("ada")
        refused = ada.post("/environments/new", {**FORM, "name": "not-answered"})
        listed = ada.get("/environments").text

    assert refused.status_code == 503
    assert "Look among your environments before you try again" in refused.text
    assert "Nothing was made" not in refused.text
    assert "not-answered" in BeautifulSoup(listed, "html.parser").get_text()


def test_one_answer_that_cannot_be_read_hides_no_other(site: Site, tmp_path: Path) -> None:
    """As of an API server of another version: all but its queues is still understood."""
    site.mirror(application(1, "ada", name="Still seen"))

    def answer(asked: Asked) -> Answer:
        if asked.path == "/api/v1/queues":
            return as_json({"queues": "of another kind"})
        return passed_on(site, asked)

    with ScriptedServer(answer) as edge, running_web_ui(tmp_path, api_url=edge.url) as web:
        web.add_user("ada")
        ada = web.browser_of("ada")
        with capture_logs() as events:
            overview = ada.get("/").text
        form = ada.get("/environments/new").text

    assert "Still seen" in overview
    assert notice(overview) == ""
    [reason] = [event["reason"] for event in events if event["event"] == "api-unreadable"]
    assert "/api/v1/queues does not answer like the Kubeyard API" in reason
    [told] = [text for text in warnings(form) if "cannot read" in text]
    assert "they may be of different versions" in told
    assert "out of reach" not in told


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
