"""What everybody is told while the build worker does not answer."""

import re

import pytest
from bs4 import BeautifulSoup
from harness.environment_form import FORM
from harness.site import Site
from harness.waiting import wait_until
from harness.web_ui import Browser

from .test_events import listening

AWAY = "The build worker has not answered since"


def notice(browser: Browser, path: str) -> str:
    """The notice of a page, empty if it has none."""
    found = BeautifulSoup(browser.get(path).text, "html.parser").find(id="worker-away")
    return re.sub(r"\s+", " ", found.get_text()) if found else ""


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada's browser, who has asked for an environment."""
    browser = site.visitor("ada")
    browser.post("/environments/new", FORM)
    return browser


@pytest.fixture
def build(ada: Browser) -> str:
    """The address of her build's page."""
    found = re.search(r'href="(/environments/ada/churn/builds/[0-9a-f]+)"', ada.get("/environments").text)
    assert found
    return found.group(1)


PAGES = ("/environments", "/environments/ada/churn")


def test_while_the_worker_answers_nothing_is_said(ada: Browser, build: str) -> None:
    assert [notice(ada, path) for path in (*PAGES, build)] == ["", "", ""]


def test_a_waiting_build_says_since_when_it_waits_for_the_worker_and_its_place(
    site: Site, ada: Browser, build: str
) -> None:
    site.lose_worker()
    page = ada.get(build).text

    assert AWAY in notice(ada, build)
    assert "This build keeps its place in the queue and starts when the worker is back." in page
    assert "next in the queue" in page
    assert AWAY in notice(ada, PAGES[1])
    assert "waits for the build worker" in ada.get("/").text


def test_everybody_is_told_on_the_list_and_not_as_an_error(site: Site) -> None:
    site.lose_worker()

    for name in ("ada", "eve", "grace"):
        page = site.visitor(name).get("/environments")
        assert page.status_code == 200
        assert AWAY in page.text
        assert "Kernels that are ready work as always." in page.text
        assert "alert-danger" not in page.text


def test_administrators_are_told_what_to_do_and_others_whom_to_tell(site: Site) -> None:
    site.lose_worker()

    assert "Administrators: start the service worker again" in notice(site.visitor("grace"), "/environments")
    told = notice(site.visitor("eve"), "/environments")
    assert "tell an administrator" in told
    assert "start the service" not in told


def test_a_running_build_whose_worker_died_says_that_it_begins_again(
    site: Site, ada: Browser, build: str
) -> None:
    site.work_on_build()
    site.lose_worker()

    assert "This build begins again when the worker is back" in notice(ada, build)


def test_a_build_that_has_ended_waits_for_nobody(site: Site, ada: Browser, build: str) -> None:
    ada.post(f"{build}/cancel", {}, page=build)
    site.lose_worker()

    assert notice(ada, build) == ""
    assert notice(ada, PAGES[1]) == ""


def test_a_platform_without_a_worker_so_far_says_so(site: Site, ada: Browser, build: str) -> None:
    site.forget_worker()

    assert "No build worker has answered yet." in notice(ada, build)


def test_while_the_api_is_away_nothing_old_is_said_of_the_worker(site: Site, ada: Browser) -> None:
    site.lose_worker()
    assert AWAY in notice(ada, "/environments")
    site.stop_api()

    page = ada.get("/environments").text

    assert "The API server is out of reach." in page
    assert AWAY not in page


def test_open_pages_are_told_when_it_goes_and_when_it_comes(site: Site, ada: Browser, build: str) -> None:
    with listening(site.visitor("eve"), "/events?since=999999999") as lines:
        for happens in (site.lose_worker, site.show_worker):
            before = lines.count("event: environments")
            happens()
            wait_until(lambda: lines.count("event: environments") > before, "open pages are told")  # noqa: B023
    part = ada.get(f"{build}/steps", headers={"HX-Request": "true"}).text
    assert AWAY not in part
