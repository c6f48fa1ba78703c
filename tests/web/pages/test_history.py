"""The overview's plots, as they come from the server: they need no script."""

import json
import re
from html import unescape
from typing import Any

import pytest
from harness.past import look, record_past
from harness.site import Site
from harness.waiting import wait_until
from kubeyard_api.storage.base import utc_now

HOUR, DAY = 3600, 86_400


def _past(site: Site, seconds_ago: range, used_gib: float, pending_gib: float = 0) -> None:
    record_past(site.parts.database, utc_now(), seconds_ago, look(used_gib, pending_gib))


def _page(site: Site, path: str = "/") -> str:
    site.web.app.extensions.pop("kubeyard-last-known", None)
    return site.visitor("ada").get(path).text


def _drawn(page: str) -> dict[str, dict[str, Any]]:
    found = re.findall(r'id="plot-(\w+)" data-plot="([^"]+)"', page)
    return {name: json.loads(unescape(text)) for name, text in found}


def test_plots_show_memory_and_cores_with_their_whole_in_words_and_lines(site: Site) -> None:
    _past(site, range(0, 1200, 10), used_gib=6, pending_gib=2)
    _past(site, range(1200, 2400, 10), used_gib=2)
    page = _page(site)
    assert "4.0 of 8.0 GiB used on average, 6.0 GiB at most. Up to 2.0 GiB waited for." in page
    assert "4 of 8 cores used on average, 6 cores at most. Up to 2 cores waited for." in page
    assert "<strong data-readout-used>6.0 of 8.0 GiB</strong>" in page
    assert page.count('<path class="plot-used" d="M') == page.count('<path class="plot-pending" d="M') == 2
    assert 'role="img" aria-labelledby="plot-memory-name plot-memory-words"' in page
    assert ">8 GiB</text>" in page


def test_whole_is_what_is_there_now_not_what_was_on_average(site: Site) -> None:
    record_past(site.parts.database, utc_now(), range(60, 120, 10), look(2, total_gib=8))
    record_past(site.parts.database, utc_now(), range(0, 60, 10), look(2, total_gib=16))
    page = _page(site)
    assert "2.0 of 16.0 GiB used on average" in page
    assert "<span>2.0 of 12" not in page


def test_gap_is_drawn_as_a_gap_and_told(site: Site) -> None:
    # Both halves by one clock: the gap between them would shrink by what the first takes to be written.
    now = utc_now()
    for seconds_ago in (range(0, 600, 10), range(1200, 1800, 10)):
        record_past(site.parts.database, now, seconds_ago, look(6))
    page = _page(site)
    assert page.count('<rect class="plot-gap"') == 2
    assert "Not seen for 10 min." in page
    assert ">not seen</li>" in page
    line = re.search(r'class="plot-used" d="([^"]+)"', page)
    assert line
    assert line.group(1).count("M") == 2
    assert "The cluster was not seen." in page


def test_step_that_is_not_over_is_no_gap(site: Site) -> None:
    def page_within_a_step() -> str:
        """The page, unless a step ended meanwhile, in which nothing was seen."""
        now = utc_now()
        record_past(site.parts.database, now, range(10, 600, 10), look(6))
        page = _page(site)
        return page if utc_now().timestamp() // 10 == now.timestamp() // 10 else ""

    page = wait_until(page_within_a_step, "a page is drawn within one step")
    assert "plot-gap" not in page
    assert "Not seen for" not in page


@pytest.mark.parametrize(
    ("address", "span", "words"),
    [
        ("/", "1h", "last hour"),
        ("/?span=24h", "24h", "last 24 hours"),
        ("/?span=7d", "7d", "last 7 days"),
        ("/?span=never", "1h", "last hour"),
    ],
)
def test_span_is_in_the_address(site: Site, address: str, span: str, words: str) -> None:
    _past(site, range(0, 8 * DAY, 7200), used_gib=6)
    page = _page(site, address)
    assert re.findall(r'aria-current="true" aria-label="[^"]*the ([^"]*)"', page) == [words]
    assert f"Memory over the {words}" in page
    assert f'hx-get="/overview/history?span={span}"' in page
    drawn = _drawn(page)
    assert {plot["span"] for plot in drawn.values()} == {span}
    assert all(len(plot["used"]) <= 400 for plot in drawn.values())


def test_span_can_be_chosen_without_a_script(site: Site) -> None:
    _past(site, range(0, HOUR, 10), used_gib=6)
    page = _page(site)
    for address in re.findall(r'class="segment" href="([^"]+)"', page):
        assert "Use over time" in _page(site, address)


def test_table_has_the_same_numbers(site: Site) -> None:
    _past(site, range(0, HOUR, 10), used_gib=3, pending_gib=1)
    page = _page(site)
    table = page[page.index('id="history-table"') :]
    table = table[: table.index("</table>")]
    assert 12 <= table.count('scope="row"') <= 14
    assert table.count("<span>3.0 of 8.0 GiB</span>") == table.count('scope="row"')
    assert "<span>3 of 8 cores</span>" in table
    assert "<span>1 core</span>" in table


def test_past_that_has_just_begun_says_since_when(site: Site) -> None:
    _past(site, range(0, 120, 10), used_gib=6)
    page = _page(site, "/?span=24h")
    assert re.search(
        r"Collected since <time datetime=[^>]+>\d\d:\d\d UTC</time>; earlier use is not known", page
    )
    assert "plot-gap" not in page


def test_past_that_fills_the_span_says_nothing_of_its_begin(site: Site) -> None:
    _past(site, range(0, HOUR + 600, 10), used_gib=6)
    assert "Collected since" not in _page(site)


def test_empty_past_teaches(site: Site) -> None:
    page = _page(site)
    assert "Nothing was collected yet" in page
    assert "The first point appears here" in page
    assert 'data-refresh-seconds="10"' in page


def test_cluster_that_was_away_all_the_time_points_to_a_longer_span(site: Site) -> None:
    _past(site, range(2 * HOUR, 3 * HOUR, 60), used_gib=6)
    assert "Not seen in the last hour" in _page(site)
    assert 'class="plot-used"' in _page(site, "/?span=24h")


@pytest.mark.slow
def test_past_stays_greyed_while_the_api_is_away(site: Site) -> None:
    _past(site, range(0, 600, 10), used_gib=6)
    ada = site.visitor("ada")
    assert 'class="plot-used"' in ada.get("/").text
    site.stop_api()
    bob = site.visitor("bob")

    def greyed() -> str:
        part = bob.get("/overview/history").text
        return part if 'class="card stale" id="overview-history"' in part else ""

    # What is the same for everybody is asked each other second only: the news takes as long.
    assert 'class="plot-used"' in wait_until(greyed, "the page says that this is old", 10)
    other = bob.get("/overview/history?span=7d").text
    assert "The past is out of sight" in other


def test_overview_with_its_plots_weighs_less_than_250_kb(site: Site) -> None:
    # The most there can be to draw: every step differs from the one before.
    for begin, used_gib in enumerate((1, 5, 3.25, 7.5, 2, 6.75)):
        _past(site, range(begin * 10, HOUR, 60), used_gib=used_gib, pending_gib=begin)
    ada = site.visitor("ada")
    addresses = {"/", *re.findall(r'(?:src|href)="(/static/[^"#]*)', _page(site))}
    assert any("uPlot" in address for address in addresses)
    packed = {"Accept-Encoding": "gzip"}
    weights = [len(ada.get(address, headers=packed, stream=True).raw.read()) for address in addresses]
    assert sum(weights) < 250_000
