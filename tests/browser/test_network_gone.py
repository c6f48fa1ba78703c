"""The network between a page and its server goes and comes back: the page says since when it is not live."""

from collections.abc import Callable, Iterator

import pytest
from harness.chromium import bring_login
from harness.site import Site, running_site
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser
# The chip asks for itself each fifteen seconds; a stream that broke is dialled again within some more.
SECONDS = 60


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("network")) as running:
        running.web.add_user("ada")
        yield running


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A page of ada's that is live."""
    context = chromium.new_context(reduced_motion="reduce")
    bring_login(context, site.visitor("ada").http, site.web.url)
    page = context.new_page()
    with page.expect_response("**/events*"):
        page.goto(site.web.url + "/applications")
    yield page
    context.unroute_all(behavior="ignoreErrors")
    context.close()


def switched_off(context: BrowserContext) -> Callable[[], None]:
    """The browser knows that it has no network."""
    context.set_offline(True)
    return lambda: context.set_offline(False)


def silent(context: BrowserContext) -> Callable[[], None]:
    """It does not know: the stream stays open, and nothing that is asked for arrives."""
    context.route("**/*", lambda route: route.abort())
    return lambda: context.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize("goes_away", [switched_off, silent])
def test_page_says_since_when_it_is_not_live_and_comes_back_by_itself(
    page: Page, goes_away: Callable[[BrowserContext], Callable[[], None]]
) -> None:
    chip = page.locator("#health")
    expect(chip).not_to_contain_text("not live")
    come_back = goes_away(page.context)
    expect(chip).to_contain_text("not live since", timeout=SECONDS * 1000)
    # Nobody has done anything that failed.
    expect(page.get_by_text("The web server did not answer")).to_have_count(0)
    come_back()
    expect(chip).not_to_contain_text("not live", timeout=SECONDS * 1000)
