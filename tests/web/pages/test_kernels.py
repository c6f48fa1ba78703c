"""The list of live kernels, and what can be done to one."""

import pytest
from harness.applications import application_id, kernel_application
from harness.site import Site

KERNEL = "6aff9493-877e-4b51-b8f9-b2bf1f7a0870"


def test_the_list_shows_what_yarn_knows_while_the_gateway_is_away(site: Site) -> None:
    site.mirror(kernel_application(1, "ada", KERNEL, "ada.churn", allocatedMB=3072))

    page = site.visitor("ada").get("/kernels").text

    assert "The gateway that runs the kernels is out of reach." in page
    assert "ada/churn" in page
    assert KERNEL in page
    assert "3.0 GiB" in page
    assert f'href="/applications/{application_id(1)}"' in page
    # The gateway could not obey, YARN can.
    assert "Interrupt" not in page
    assert "Kill application" in page


def test_the_list_holds_ones_own_and_an_administrators_all(site: Site) -> None:
    site.mirror(kernel_application(1, "ada", KERNEL, "ada.churn"))

    assert KERNEL not in site.visitor("bob").get("/kernels").text
    everybodys = site.visitor("grace").get("/kernels").text
    assert KERNEL in everybodys
    assert '<td data-label="Owner"><span>ada</span></td>' in everybodys


def test_the_list_teaches_where_kernels_come_from(site: Site) -> None:
    page = site.visitor("bob").get("/kernels").text

    assert "No kernel is running" in page
    assert 'href="/lab"' in page


@pytest.mark.parametrize(
    ("action", "consequence"),
    [
        ("interrupt", "Its variables stay."),
        ("restart", "its variables and cached data are lost"),
        ("stop", "gives back its memory"),
    ],
)
def test_each_action_names_the_kernel_and_what_follows(site: Site, action: str, consequence: str) -> None:
    site.mirror(kernel_application(1, "ada", KERNEL, "ada.churn"))

    page = site.visitor("ada").get(f"/kernels/{KERNEL}/{action}").text

    assert KERNEL in page
    assert consequence in page


def test_an_action_that_cannot_be_done_says_why(site: Site) -> None:
    site.mirror(kernel_application(1, "ada", KERNEL, "ada.churn"))

    answer = site.visitor("ada").post(f"/kernels/{KERNEL}/stop", {})

    assert answer.status_code == 200
    assert "It was not done." in answer.text
    assert "gateway" in answer.text


def test_somebody_elses_kernel_is_not_found(site: Site) -> None:
    site.mirror(kernel_application(1, "ada", KERNEL, "ada.churn"))
    eve = site.visitor("eve")

    assert eve.get(f"/kernels/{KERNEL}/stop").status_code == 404
    assert eve.post(f"/kernels/{KERNEL}/stop", {}, page="/account/password").status_code == 404
    assert site.visitor("ada").get(f"/kernels/{KERNEL}/explode").status_code == 404
