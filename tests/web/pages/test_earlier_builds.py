"""The builds of an environment on its page."""

import re
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup, Tag
from harness.environment_form import FORM
from harness.site import Site
from harness.web_ui import Browser
from kubeyard_client.messages.environments import BuildError, BuildState

PAGE = "/environments/ada/churn"
REFUSED = BuildError(code="no-such-package", detail="There is no pip package called 'humanise'.")


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada's browser, who has asked for an environment."""
    browser = site.visitor("ada")
    browser.post("/environments/new", FORM)
    return browser


def rows(browser: Browser, path: str = PAGE) -> list[Tag]:
    """The rows of the table of builds."""
    return BeautifulSoup(browser.get(path).text, "html.parser").select("#builds-table tbody tr")


def words(row: Tag) -> str:
    """What a row says."""
    return re.sub(r"\s+", " ", row.get_text(" "))


def fail_and_build_again(site: Site, browser: Browser) -> str:
    """End the build that waits and ask for another; return the id of the one that ended."""
    build_id = site.work_on_build()
    site.end_build(build_id, BuildState.FAILED, REFUSED)
    browser.post(f"{PAGE}/build", {}, page=PAGE)
    return build_id


def test_each_build_says_its_state_start_duration_who_and_why(site: Site, ada: Browser) -> None:
    failed = fail_and_build_again(site, site.visitor("grace"))

    newest, first = rows(ada)

    assert newest.select_one(".state-wait") is not None
    assert all(word in words(newest) for word in ("Not started", "Queued", "next in the queue", "grace"))
    assert first.select_one(".state-bad") is not None
    assert all(word in words(first) for word in ("Failed", "under 1 s", "ada", REFUSED.detail))
    started = first.select_one("time[data-clock]")
    assert started is not None
    assert str(started["datetime"]).startswith(datetime.now(UTC).strftime("%Y-%m-%d"))
    assert first["id"] == f"build-{failed}"


def test_each_leads_to_its_page_with_its_own_log(site: Site, ada: Browser) -> None:
    first = fail_and_build_again(site, ada)
    site.write_log(first, "what happened then\n")

    link = rows(ada)[1].select_one(f'a[href="{PAGE}/builds/{first}"]')

    assert link is not None
    assert "what happened then" in ada.get(str(link["href"])).text


def test_earlier_builds_are_on_pages_of_their_own(site: Site, ada: Browser) -> None:
    ids = [fail_and_build_again(site, ada) for _ in range(11)][::-1]
    page = BeautifulSoup(ada.get(PAGE).text, "html.parser")
    earlier = page.select_one('a[href*="builds_behind"]')
    assert earlier is not None
    assert words(earlier).strip() == "Earlier builds"
    assert "12 builds" in words(page)

    behind = str(earlier["href"])

    assert [row["id"] for row in rows(ada)][1:] == [f"build-{build_id}" for build_id in ids[:7]]
    assert [row["id"] for row in rows(ada, behind)] == [f"build-{build_id}" for build_id in ids[7:]]
    # A live update keeps to the builds that are shown.
    part = BeautifulSoup(ada.get(behind).text, "html.parser").find(id="environment-facts")
    assert isinstance(part, Tag)
    assert [row["id"] for row in rows(ada, str(part["hx-get"]))] == [f"build-{one}" for one in ids[7:]]


def test_an_address_that_names_no_build_shows_the_newest(ada: Browser) -> None:
    assert len(rows(ada, f"{PAGE}?builds_behind=nonsense")) == 1


def test_who_may_use_an_environment_sees_its_builds_and_others_see_nothing(site: Site, ada: Browser) -> None:
    ada.post("/environments/new", FORM | {"name": "for-all", "visibility": "public"})
    eve = site.visitor("eve")

    assert len(rows(eve, "/environments/ada/for-all")) == 1
    assert eve.get(PAGE).status_code == 404


def test_while_the_api_is_away_the_last_known_builds_stay(site: Site, ada: Browser) -> None:
    assert len(rows(ada)) == 1
    site.stop_api()

    assert len(rows(ada)) == 1
