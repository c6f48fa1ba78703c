"""The overview's plots in Chromium: read by pointer and by keys, live, and readable without scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from harness.chromium import bring_login
from harness.past import look, record_past
from harness.site import Site, running_site
from kubeyard_api.storage.base import utc_now
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
PIXELS_OF = """(canvas, colour) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (colour.every((part, number) => data[at + number] === part)) found += 1;
  }
  return found;
}"""
# What an update brings after three steps have passed.
THREE_STEPS_LATER = """() => {
  for (const root of document.querySelectorAll("[data-plot]")) {
    const plot = JSON.parse(root.dataset.plot);
    plot.start += 3 * plot.step;
    for (const name of ["used", "peak", "pending", "total"]) plot[name] = [...plot[name].slice(3), 1, 1, 1];
    root.dataset.plot = JSON.stringify(plot);
  }
  document.dispatchEvent(new CustomEvent("htmx:afterSwap"));
}"""
USED_LIGHT, USED_DARK = [59, 111, 240], [111, 155, 255]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A web UI and an API server that have seen an hour with a gap of ten minutes."""
    with running_site(tmp_path_factory.mktemp("plots")) as running:
        running.web.add_user("ada")
        running.reset()
        yield running


@pytest.fixture(autouse=True)
def past(site: Site) -> None:
    """Half an hour at 2 GiB, ten minutes out of sight, twenty minutes at 6 GiB with 1 GiB waited for."""
    site.reset()
    now, database = utc_now(), site.parts.database
    record_past(database, now, range(1800, 3600, 10), look(2))
    record_past(database, now, range(0, 1200, 10), look(6, pending_gib=1))


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Visit]:
    """Return a function that opens a page as ada in a browser of its own."""
    contexts = []

    def open_page(path: str = "/", **more: Any) -> Page:
        usual = {"viewport": {"width": 1280, "height": 900}, "timezone_id": "Asia/Tokyo", "locale": "en-GB"}
        context = chromium.new_context(**{"reduced_motion": "reduce", **usual, **more})
        contexts.append(context)
        bring_login(context, site.web.browser_of("ada").http, site.web.url)
        page = context.new_page()
        page.goto(site.web.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _stage(page: Page, name: str = "memory") -> Locator:
    return page.locator(f"#plot-{name} .plot-stage")


def _read(page: Page, name: str) -> str:
    return page.locator(f"#plot-{name} [data-readout-used]").inner_text()


def _point_at(page: Page, share: float) -> None:
    """Put the pointer at this share of the memory plot's width."""
    box = page.locator("#plot-memory .u-over").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)


def test_pointer_reads_all_plots_at_one_moment_in_local_time(visit: Visit) -> None:
    page = visit()
    assert _read(page, "memory") == "6.0 of 8.0 GiB"
    _point_at(page, 0.25)
    assert (_read(page, "memory"), _read(page, "cores")) == ("2.0 of 8.0 GiB", "2 of 8 cores")
    times = page.locator("[data-readout-time]").all_inner_texts()
    assert times[0] == times[1]
    tokyo = page.evaluate(
        "new Intl.DateTimeFormat('en-GB', {hour: 'numeric', minute: '2-digit', timeZone: 'Asia/Tokyo'})"
        ".format(Date.now() - 45 * 60000)"
    )
    assert tokyo[:2] in times[0]
    page.mouse.move(5, 5)
    assert _read(page, "memory") == "6.0 of 8.0 GiB"
    expect(page.locator("#plot-memory [data-readout-more]")).to_have_text("1.0 GiB waited for")


def test_gap_says_that_nothing_was_seen(visit: Visit) -> None:
    page = visit()
    _point_at(page, 0.6)
    assert _read(page, "memory") == "Not seen"
    assert _read(page, "cores") == "Not seen"


def test_keys_read_the_plots(visit: Visit) -> None:
    page = visit()
    stage = _stage(page)
    stage.focus()
    expect(stage).to_have_attribute("role", "slider")
    assert stage.get_attribute("aria-label") == "Memory over the last hour"
    page.keyboard.press("Home")
    expect(stage).to_have_attribute("aria-valuenow", "0")
    assert "2.0 of 8.0 GiB" in (stage.get_attribute("aria-valuetext") or "")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageUp")
    expect(stage).to_have_attribute("aria-valuenow", "31")
    assert _stage(page, "cores").get_attribute("aria-valuenow") == "31"
    page.keyboard.press("End")
    expect(stage).to_have_attribute("aria-valuenow", "359")
    page.keyboard.press("Home")
    page.keyboard.press("Escape")
    assert _read(page, "memory") == "6.0 of 8.0 GiB"


def test_span_is_chosen_in_place_and_back_returns(visit: Visit) -> None:
    page = visit()
    page.get_by_role("link", name="24 h").click()
    expect(_stage(page)).to_have_attribute("aria-label", "Memory over the last 24 hours")
    assert page.url.endswith("/?span=24h")
    page.reload()
    expect(_stage(page)).to_have_attribute("aria-label", "Memory over the last 24 hours")
    page.get_by_role("link", name="7 d").click()
    expect(_stage(page)).to_have_attribute("aria-label", "Memory over the last 7 days")
    page.go_back()
    expect(_stage(page)).to_have_attribute("aria-label", "Memory over the last 24 hours")
    _point_at(page, 0.99)
    expect(page.locator("#plot-memory [data-readout-used]")).to_contain_text("of 8.0 GiB")
    expect(page.locator("#plot-memory .plot-stage")).to_have_count(1)


def test_newer_values_come_in_place_and_the_moment_that_is_read_stays(visit: Visit, site: Site) -> None:
    page = visit()
    stage = _stage(page)
    page.evaluate("document.querySelector('#plot-memory .plot-stage').isTheSame = true")
    page.locator("#history-numbers > summary").click()
    stage.focus()
    page.keyboard.press("PageDown")
    read, place = stage.get_attribute("aria-valuetext"), stage.bounding_box()
    record_past(site.parts.database, utc_now(), [0], look(8))
    site.web.app.extensions.pop("kubeyard-last-known")
    page.evaluate("document.dispatchEvent(new CustomEvent('kubeyard:refresh-all'))")
    expect(page.locator("#plot-memory-summary")).to_contain_text("8.0 GiB at most", timeout=20_000)
    expect(stage).to_be_focused()
    assert page.evaluate("document.querySelector('#plot-memory .plot-stage').isTheSame")
    assert stage.get_attribute("aria-valuetext") == read
    assert stage.bounding_box() == place
    expect(page.locator("#history-table")).to_be_visible()


def test_moment_that_is_read_moves_left_with_its_values(visit: Visit) -> None:
    page = visit()
    stage = _stage(page)
    stage.focus()
    page.keyboard.press("PageDown")
    read, step = stage.get_attribute("aria-valuetext"), int(stage.get_attribute("aria-valuenow") or 0)
    page.evaluate(THREE_STEPS_LATER)
    expect(stage).to_have_attribute("aria-valuenow", str(step - 3))
    assert stage.get_attribute("aria-valuetext") == read


def test_page_refreshes_its_plots_by_itself(visit: Visit) -> None:
    page = visit()
    with page.expect_response(lambda answer: "/overview/history" in answer.url, timeout=20_000) as came:
        pass
    assert came.value.ok


def test_plots_follow_the_theme(visit: Visit) -> None:
    page = visit()
    canvas = page.locator("#plot-memory canvas")
    assert canvas.evaluate(PIXELS_OF, USED_LIGHT) > 100
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert canvas.evaluate(PIXELS_OF, USED_LIGHT) == 0
    assert canvas.evaluate(PIXELS_OF, USED_DARK) > 100


def test_without_scripts_the_picture_and_the_table_are_there(visit: Visit) -> None:
    page = visit("/?span=1h", java_script_enabled=False)
    picture = page.get_by_role("img", name="Memory over the last hour")
    expect(picture).to_be_visible()
    expect(picture.locator("path.plot-used")).to_be_visible()
    expect(picture.locator("rect.plot-gap")).to_have_count(1)
    expect(page.get_by_text("Times are in UTC.")).to_be_visible()
    expect(page.locator(".plot-live").first).to_be_hidden()
    page.locator("#history-numbers > summary").click()
    expect(page.locator("#history-table")).to_contain_text("2.0 of 8.0 GiB")
    page.get_by_role("link", name="24 h").click()
    expect(page.get_by_role("img", name="Memory over the last 24 hours")).to_be_visible()


def test_script_takes_the_room_of_the_picture(visit: Visit) -> None:
    rooms = []
    for has_scripts in (False, True):
        page = visit("/", java_script_enabled=has_scripts)
        box = page.locator("#plot-memory").bounding_box()
        assert box
        rooms.append((box["width"], box["height"]))
    assert rooms[0] == rooms[1]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plots_have_no_fault_that_axe_knows(visit: Visit, width: int, scheme: str, tmp_path: Path) -> None:
    page = visit("/", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.locator("#history-numbers > summary").click()
    found = Axe().run(page).response["violations"]
    assert [violation["id"] for violation in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
