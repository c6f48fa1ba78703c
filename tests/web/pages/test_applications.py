"""The list of applications."""

import re

import pytest
from harness.applications import application, application_id, ended, kernel_application
from harness.site import Site
from harness.waiting import wait_until
from harness.web_ui import Browser

KERNEL = "6aff9493-877e-4b51-b8f9-b2bf1f7a0870"


def names(page: str) -> list[str]:
    """The names in the rows, in their order."""
    return re.findall(r'<a class="row-title"[^>]*>([^<]*)</a>', page)


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada's browser, who has run three things; bob has run one."""
    site.mirror(
        kernel_application(1, "ada", KERNEL, "ada.churn", name="Churn kernel", allocatedMB=3072),
        ended(2, "ada", "FAILED", name="Nightly", queue="root.default"),
        application(3, "ada", name="Waiting one", state="ACCEPTED", startedTime=1_795_245_200_000),
        application(4, "bob", name="Of bob"),
    )
    return site.visitor("ada")


def test_the_list_shows_ones_own_with_owner_kernel_and_environment(ada: Browser) -> None:
    page = ada.get("/applications").text

    assert sorted(names(page)) == ["Churn kernel", "Nightly", "Waiting one"]
    assert 'href="/environments/ada/churn"' in page
    assert f'title="Kernel {KERNEL}"' in page
    assert "3.0 GiB" in page
    assert "Of bob" not in page


def test_an_administrator_sees_everybodys_with_their_owners(site: Site, ada: Browser) -> None:
    assert ada.get("/applications").status_code == 200

    page = site.visitor("grace").get("/applications").text

    assert "Of bob" in page
    assert '<td data-label="Owner"><span>ada</span></td>' in page


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("?state=running", ["Churn kernel"]),
        ("?state=waiting", ["Waiting one"]),
        ("?state=failed", ["Nightly"]),
        ("?q=nightly", ["Nightly"]),
        ("?q=" + KERNEL, ["Churn kernel"]),
        ("?queue=default", ["Nightly"]),
        ("?sort=name", ["Churn kernel", "Nightly", "Waiting one"]),
        ("?sort=-name", ["Waiting one", "Nightly", "Churn kernel"]),
        ("?state=nonsense&sort=nonsense&state=failed", ["Waiting one", "Nightly", "Churn kernel"]),
    ],
)
def test_the_address_says_what_is_shown(ada: Browser, address: str, expected: list[str]) -> None:
    assert names(ada.get(f"/applications{address}").text) == expected


def test_a_finished_one_that_failed_is_failed_wherever_it_is_shown(site: Site) -> None:
    site.mirror(
        ended(1, "bob", "FINISHED", name="Broken", finalStatus="FAILED"),
        ended(2, "bob", "FINISHED", name="Sound"),
    )
    bob = site.visitor("bob")

    assert names(bob.get("/applications?state=failed").text) == ["Broken"]
    assert names(bob.get("/applications?state=finished").text) == ["Sound"]
    for address in (
        "/applications?state=failed",
        f"/applications/{application_id(1)}",
        "/overview/applications",
        "/search?q=Broken",
    ):
        assert 'class="state state-bad ">Failed</span>' in bob.get(address).text


def test_filters_keep_each_other_in_their_links(ada: Browser) -> None:
    page = ada.get("/applications?q=n&sort=name").text

    assert 'href="/applications?state=failed&amp;q=n&amp;sort=name"' in page
    assert 'href="/applications?q=n&amp;sort=-name"' in page
    assert 'name="sort" value="name"' in page


def test_a_long_list_comes_in_pages(site: Site) -> None:
    site.mirror(*(ended(number, "bob", name=f"Job {number:03d}") for number in range(1, 121)))
    bob = site.visitor("bob")

    seen: list[str] = []
    address: str | None = "/applications?sort=name"
    while address:
        page = bob.get(address).text
        assert "120 applications" in page
        seen += names(page)
        more = re.search(r'href="([^"]*)">Next page', page)
        address = more.group(1).replace("&amp;", "&") if more else None

    assert seen == [f"Job {number:03d}" for number in range(1, 121)]


def test_nothing_found_offers_a_way_back(ada: Browser) -> None:
    page = ada.get("/applications?q=no-such-thing").text

    assert "Nothing matches" in page
    assert "Show all" in page


def test_the_list_teaches_who_has_run_nothing(site: Site) -> None:
    page = site.visitor("eve").get("/applications").text

    assert "No applications yet" in page
    assert 'href="/lab"' in page


def test_names_from_yarn_are_text_and_never_markup(site: Site) -> None:
    site.mirror(application(1, "ada", name="<script>alert(1)</script>", queue="root.<b>"))

    page = site.visitor("ada").get("/applications").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<b>" not in page


def test_the_list_comes_alone_for_a_page_that_is_open(ada: Browser) -> None:
    part = ada.get("/applications/list?state=failed", headers={"HX-Request": "true"})

    assert names(part.text) == ["Nightly"]
    assert "<html" not in part.text
    assert 'hx-get="/applications/list?state=failed"' in part.text


def test_the_last_known_list_is_greyed_while_the_api_is_away(site: Site, ada: Browser) -> None:
    assert "Nightly" in ada.get("/applications").text
    site.stop_api()

    page = ada.get("/applications")

    assert page.status_code == 200
    assert "The API server is out of reach." in page.text
    assert 'class="card stale"' in page.text
    assert "Nightly" in page.text


def test_a_lost_cluster_is_said_above_what_was_last_seen(site: Site, ada: Browser) -> None:
    site.lose_cluster("The ResourceManager does not answer.")

    page = wait_until(lambda: ada.get("/applications").text, "the page comes")

    assert "The cluster is out of reach." in page
    assert "Nightly" in page


def test_only_what_runs_can_be_chosen_and_killed(ada: Browser) -> None:
    page = ada.get("/applications").text

    rows = {row.split('"')[0]: row for row in page.split('<tr id="')[1:]}
    assert "disabled" in rows[application_id(2)]
    assert ">Kill</a>" not in rows[application_id(2)]
    assert "disabled" not in rows[application_id(1)]
    assert ">Kill</a>" in rows[application_id(1)]
