"""The page of one application."""

from harness.applications import application, application_id, ended, kernel_application
from harness.site import Site

KERNEL = "6aff9493-877e-4b51-b8f9-b2bf1f7a0870"
MEMORY_KILL = (
    "Application application_1 failed 1 times due to AM Container exited with exitCode: -104\n"
    "Container is running beyond the 'PHYSICAL' memory limit. Usage: 1.1 GB of 1 GB physical memory used"
)


def test_the_page_shows_what_it_is_and_uses(site: Site) -> None:
    site.mirror(kernel_application(1, "ada", KERNEL, "ada.churn", name="Churn", allocatedMB=3072))

    page = site.visitor("ada").get(f"/applications/{application_id(1)}").text

    assert "<h1>Churn</h1>" in page
    assert "3.0 GiB" in page
    assert 'href="/environments/ada/churn"' in page
    assert KERNEL in page
    assert "Kill application" in page


def test_a_failure_is_explained_and_the_raw_text_is_one_click_away(site: Site) -> None:
    site.mirror(ended(1, "ada", "FAILED", diagnostics=MEMORY_KILL))

    page = site.visitor("ada").get(f"/applications/{application_id(1)}").text

    assert "It used more memory than its container may have, so YARN ended it." in page
    assert "Raise the driver&#39;s or the executors&#39; memory" in page
    assert page.index("It used more memory") < page.index("exitCode: -104")
    assert "<summary>Raw diagnostics</summary>" in page
    assert "Kill application" not in page


def test_one_that_finished_with_a_failure_is_shown_as_failed(site: Site) -> None:
    site.mirror(ended(1, "ada", "FINISHED", finalStatus="FAILED", diagnostics="exitCode: 13"))

    page = site.visitor("ada").get(f"/applications/{application_id(1)}").text

    assert 'state-bad ">Failed' in page
    assert "Its Python program ended with an error." in page


def test_somebody_elses_page_does_not_exist(site: Site) -> None:
    site.mirror(application(1, "ada", name="Nightly"))
    eve = site.visitor("eve")

    for path in ("", "/facts", "/log-text?file=stdout", "/log-file?file=stdout"):
        answer = eve.get(f"/applications/{application_id(1)}{path}")
        assert answer.status_code == 404
        assert "Nightly" not in answer.text
    assert "Nightly" in site.visitor("grace").get(f"/applications/{application_id(1)}").text


def test_an_application_that_never_was_is_not_found(site: Site) -> None:
    assert site.visitor("ada").get(f"/applications/{application_id(77)}").status_code == 404
    assert site.visitor("ada").get("/applications/%2e%2e%2fcluster").status_code == 404


def test_logs_that_cannot_be_read_are_a_state_of_the_page(site: Site) -> None:
    site.mirror(application(1, "ada"))

    part = site.visitor("ada").get(f"/applications/{application_id(1)}/logs", headers={"HX-Request": "true"})

    assert part.status_code == 200
    assert "The logs cannot be read now." in part.text


def test_the_page_stays_with_what_was_known_while_the_api_is_away(site: Site) -> None:
    site.mirror(application(1, "ada", name="Nightly"))
    ada = site.visitor("ada")
    assert "Nightly" in ada.get(f"/applications/{application_id(1)}").text
    site.stop_api()

    page = ada.get(f"/applications/{application_id(1)}")

    assert page.status_code == 200
    assert "The API server is out of reach." in page.text
    assert "Nightly" in page.text
