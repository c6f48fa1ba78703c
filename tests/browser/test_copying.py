"""The button beside an id: what it copies is what one pastes, whatever the browser grants the page."""

from collections.abc import Iterator

import pytest
from harness.applications import application, application_id
from harness.chromium import bring_login
from harness.site import Site, running_site
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser
# Neither behind https nor on this machine: browsers give its pages no clipboard.
ELSEWHERE = "http://kubeyard.example"
# More than a screen holds.
OTHERS = 40
ON_TOP = """element => {
  const {left, right, top, bottom} = element.getBoundingClientRect();
  const corners = [left + 9, right - 9].flatMap((x) => [[x, top + 9], [x, bottom - 9]]);
  return corners.every(([x, y]) => element.contains(document.elementFromPoint(x, y)));
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Ada has applications; the oldest is the last of her list."""
    with running_site(tmp_path_factory.mktemp("copying")) as running:
        running.web.add_user("ada")
        running.reset()
        running.mirror(
            application(1, "ada", name="Nightly"),
            *(application(number, "ada", name=f"Hourly {number}") for number in range(2, OTHERS + 2)),
        )
        yield running


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A browser of ada's own."""
    context = chromium.new_context(reduced_motion="reduce")
    bring_login(context, site.visitor("ada").http, site.web.url, ELSEWHERE)

    def lead_here(route: Route) -> None:
        path = route.request.url.removeprefix(ELSEWHERE)
        if path.startswith("/events"):
            # It never ends, and is not what this is about.
            route.abort()
        else:
            route.fulfill(response=route.fetch(url=site.web.url + path))

    context.route(f"{ELSEWHERE}/**", lead_here)
    yield context.new_page()
    # What the page still asks for is of no interest to anybody.
    context.unroute_all(behavior="ignoreErrors")
    context.close()


def copy_by_key(page: Page, url: str) -> None:
    page.goto(url + "/applications")
    page.get_by_role("row").filter(has_text="Nightly").get_by_role("button", name="Copy the id").press(
        "Enter"
    )


def pasted(page: Page) -> str:
    search = page.locator("#search")
    search.focus()
    page.keyboard.press("Control+V")
    return search.input_value()


@pytest.mark.parametrize("has_clipboard", [True, False])
def test_id_is_copied_and_the_keyboard_stays_where_it_was(
    page: Page, site: Site, *, has_clipboard: bool
) -> None:
    copy_by_key(page, site.web.url if has_clipboard else ELSEWHERE)
    assert page.evaluate("'clipboard' in navigator") is has_clipboard
    expect(page.locator("#announcer")).to_have_text(f"Copied {application_id(1)}")
    assert page.evaluate("document.activeElement.dataset.copy") == application_id(1)
    assert pasted(page) == application_id(1)


def test_browser_that_lets_no_page_copy_is_told_what_to_do(page: Page) -> None:
    # As a browser answers whose owner forbids it.
    page.add_init_script("document.execCommand = () => false")
    copy_by_key(page, ELSEWHERE)
    expect(page.get_by_text("The browser did not let this page copy")).to_contain_text(application_id(1))


@pytest.mark.parametrize("width", [390, 1280])
def test_message_is_seen_in_a_list_that_is_scrolled_down(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.add_init_script("document.execCommand = () => false")
    copy_by_key(page, ELSEWHERE)
    assert page.evaluate("scrollY") > 0
    message = page.get_by_role("button", name="Dismiss").locator("..")
    expect(message).to_be_in_viewport(ratio=1)
    assert message.evaluate(ON_TOP), "something covers it"
    # The stream is lost here: what the chip says of it leaves the account's button in its row.
    expect(page.locator("#health")).to_contain_text("not live")
    rows = [page.locator(each).bounding_box() for each in ("#health", ".topbar .menu")]
    assert rows[0] is not None
    assert rows[1] is not None
    assert abs(rows[0]["y"] - rows[1]["y"]) < rows[0]["height"]
