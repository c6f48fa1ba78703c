"""The search box."""

from harness.applications import application, kernel_application
from harness.environment_form import FORM
from harness.site import Site

KERNEL = "6aff9493-877e-4b51-b8f9-b2bf1f7a0870"


def test_one_box_finds_applications_kernels_and_environments(site: Site) -> None:
    site.mirror(
        kernel_application(1, "ada", KERNEL, "ada.churn", name="Churn kernel"),
        application(2, "ada", name="Other"),
    )
    ada = site.visitor("ada")
    ada.post("/environments/new", FORM)

    page = ada.get("/search?q=churn").text
    suggestions = ada.get("/search/suggestions?q=churn", headers={"HX-Request": "true"}).text

    for found in (page, suggestions):
        assert "Churn kernel" in found
        assert KERNEL in found
        assert 'href="/environments/ada/churn"' in found
        assert "Other" not in found
    assert "All results for “churn”" in suggestions
    assert 'href="/environments/ada/churn"' in ada.get("/search?q=humanize").text


def test_only_what_one_may_see_is_found(site: Site) -> None:
    site.mirror(application(1, "ada", name="Nightly"))

    assert "Nightly" in site.visitor("ada").get("/search?q=nightly").text
    assert "Nothing fits" in site.visitor("eve").get("/search?q=nightly").text


def test_an_empty_box_finds_nothing_and_says_how_to_go_on(site: Site) -> None:
    ada = site.visitor("ada")

    assert "What are you looking for?" in ada.get("/search").text
    assert ada.get("/search/suggestions?q=").text.strip() == ""


def test_what_is_searched_for_is_text(site: Site) -> None:
    page = site.visitor("ada").get("/search?q=<script>alert(1)</script>").text

    assert "<script>alert" not in page
