"""The first page."""

import pytest
from harness.applications import application, kernel_application
from harness.site import Site
from harness.waiting import wait_until

KERNEL = "6aff9493-877e-4b51-b8f9-b2bf1f7a0870"


def test_overview_tells_what_is_used_of_how_much(site: Site) -> None:
    page = site.visitor("ada").get("/").text

    assert "6.0 GiB <small>of 8.0 GiB</small>" in page
    assert "5 <small>of 8 cores</small>" in page
    assert "2.0 GiB waited for" in page
    assert "node1" in page
    assert "Cluster healthy" in page


def test_overview_shows_ones_own_work_and_why_it_waits(site: Site) -> None:
    site.mirror(
        kernel_application(1, "ada", KERNEL, "kubeyard.spark"),
        application(
            2,
            "ada",
            name="Nightly",
            state="ACCEPTED",
            diagnostics="Queue's AM resource limit exceeded",
        ),
        application(3, "bob", name="Of somebody else"),
    )

    page = site.visitor("ada").get("/").text

    assert "kubeyard/spark" in page
    assert "Nightly" in page
    assert "has reached the share of memory that starting applications may take" in page
    assert "Of somebody else" not in page


def test_overview_teaches_who_has_nothing_yet(site: Site) -> None:
    page = site.visitor("bob").get("/").text

    assert "Nothing has run yet" in page
    assert "No kernel of your own yet" in page
    assert 'href="/environments/new"' in page


def test_overview_says_since_when_the_cluster_is_away_and_keeps_what_was_known(site: Site) -> None:
    site.lose_cluster("The ResourceManager does not answer.")

    page = site.visitor("ada").get("/").text

    assert "The cluster is out of reach." in page
    assert "The ResourceManager does not answer." in page
    assert "Cluster unreachable" in page
    assert "stale" in page
    assert "6.0 GiB <small>of 8.0 GiB</small>" in page


@pytest.mark.slow
def test_overview_shows_the_last_known_while_the_api_is_away(site: Site) -> None:
    ada = site.visitor("ada")
    site.mirror(application(1, "ada", name="Nightly"))
    assert "Nightly" in ada.get("/").text
    site.stop_api()

    # What is the same for everybody is asked once a second only: the news takes as long.
    wait_until(lambda: "The API server is out of reach." in ada.get("/").text, "the page says so", 5)
    answers = {"ada": ada.get("/"), "bob": site.visitor("bob").get("/")}

    assert [answer.status_code for answer in answers.values()] == [200, 200]
    assert "API unreachable" in answers["ada"].text
    assert "Nightly" in answers["ada"].text
    # What ada was told is not shown to bob.
    assert "Nightly" not in answers["bob"].text
    assert "Applications are out of sight" in answers["bob"].text


def test_overview_is_for_people_who_are_logged_in(site: Site) -> None:
    answer = site.web.browser().get("/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login")


def test_parts_of_the_overview_come_alone(site: Site) -> None:
    ada = site.visitor("ada")

    for name in ("cluster", "waiting", "kernels", "applications", "builds"):
        part = ada.get(f"/overview/{name}")
        assert part.status_code == 200
        assert "<html" not in part.text
        assert f'id="overview-{name}"' in part.text
    assert ada.get("/overview/nothing").status_code == 404
