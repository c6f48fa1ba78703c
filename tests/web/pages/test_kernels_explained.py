"""What the Kernels page says beyond states: starts, idleness, places, spares and ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from harness.applications import application_id, kernel_application
from harness.site import Site, running_site
from harness.told_kernels import ToldGateway, told_ending, told_kernel, told_start

KERNEL = "6aff9493-877e-4b51-b8f9-b2bf1f7a0870"
SPEC = "ada.churn"


@pytest.fixture(scope="module")
def gateway() -> Iterator[ToldGateway]:
    """A gateway that tells what the test says."""
    with ToldGateway() as server:
        yield server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, gateway: ToldGateway) -> Iterator[Site]:
    """A web UI and an API server before that gateway."""
    with running_site(tmp_path_factory.mktemp("explained"), gateway.url) as site:
        site.web.add_user("ada")
        yield site


@pytest.fixture
def site(served: Site, gateway: ToldGateway) -> Site:
    """Both as if just started."""
    served.reset()
    gateway.reset()
    return served


def test_idle_kernel_shows_since_when_what_it_costs_and_when_it_stops(
    site: Site, gateway: ToldGateway
) -> None:
    since = datetime.now(UTC) - timedelta(hours=2, minutes=1)
    gateway.kernels = [told_kernel(KERNEL, SPEC, since, idle_limit_seconds=4 * 3600)]
    site.mirror(kernel_application(1, "ada", KERNEL, SPEC, allocatedMB=3072))

    page = site.visitor("ada").get("/kernels").text

    assert "2 h 1 min" in page
    assert "6.1 GiB·h" in page
    assert "stops <time" in page
    assert "in 1 h 58 min" in page


def test_kernel_that_reconnects_says_since_what(site: Site, gateway: ToldGateway) -> None:
    now = datetime.now(UTC)
    gateway.kernels = [told_kernel(KERNEL, SPEC, now, state="starting", reconnecting=True)]

    page = site.visitor("ada").get("/kernels").text

    assert "Reconnecting" in page
    assert "taken up again after a restart of the gateway, and has not answered yet" in page
    assert "Starting" not in page


def test_kernel_is_shown_with_its_notebooks_name_and_path(site: Site, gateway: ToldGateway) -> None:
    now = datetime.now(UTC)
    gateway.kernels = [told_kernel(KERNEL, SPEC, now, notebook="reports/<b>Q3.ipynb")]

    page = site.visitor("ada").get("/kernels").text

    assert 'title="reports/&lt;b&gt;Q3.ipynb">&lt;b&gt;Q3.ipynb</span>' in page


def test_kernel_that_no_notebook_has_says_so(site: Site, gateway: ToldGateway) -> None:
    gateway.kernels = [told_kernel(KERNEL, SPEC, datetime.now(UTC), notebook="")]

    page = site.visitor("ada").get("/kernels").text

    assert "no notebook</span>" in page
    assert "kernel-notebook" not in page


def test_start_is_shown_stage_by_stage_with_why_it_was_cold(site: Site, gateway: ToldGateway) -> None:
    now = datetime.now(UTC)
    start = told_start(now, cold_reason="its spare did not answer")
    gateway.kernels = [told_kernel(KERNEL, SPEC, now, **start)]

    page = site.visitor("ada").get("/kernels").text

    assert "Cold start, ready after 1.2 s" in page
    assert "Cold, because its spare did not answer." in page
    assert page.index("Submitted to YARN") < page.index("Ready for cells") < page.index("6.3 s")


def test_dead_kernel_says_why_and_what_to_raise(site: Site, gateway: ToldGateway) -> None:
    now = datetime.now(UTC)
    death = {"cause": "memory", "what": "It used 1.2 GB of memory.", "next_step": "Raise its memory."}
    gateway.kernels = [told_kernel(KERNEL, SPEC, now, state="dead", death=death)]

    page = site.visitor("ada").get("/kernels").text

    assert "It used 1.2 GB of memory." in page
    assert "Raise its memory." in page


def test_only_what_can_be_done_to_a_kernel_is_offered(site: Site, gateway: ToldGateway) -> None:
    now = datetime.now(UTC)
    gateway.kernels = [told_kernel(KERNEL, SPEC, now, state="dead")]
    page = site.visitor("ada").get("/kernels").text
    assert "/restart" in page
    assert "/interrupt" not in page
    # The gateway lists a kernel once it has started; until then YARN alone can end it.
    gateway.kernels = []
    site.mirror(kernel_application(1, "ada", KERNEL, SPEC, state="ACCEPTED"))
    page = site.visitor("ada").get("/kernels").text
    assert "/interrupt" not in page
    assert "Kill application" in page


def test_waiting_kernel_says_why_and_its_place(site: Site) -> None:
    waits: dict[str, Any] = {"state": "ACCEPTED", "diagnostics": "Queue's AM resource limit exceeded."}
    site.mirror(
        kernel_application(1, "bob", "k-1", "bob.one", **waits),
        kernel_application(2, "ada", KERNEL, SPEC, **waits),
    )
    ada = site.visitor("ada")

    for page in (ada.get("/kernels").text, ada.get("/").text):
        assert "has reached the share of memory" in page
        assert "It is number 2 of 2" in page
    assert "It is number 2 of 2" in ada.get(f"/applications/{application_id(2)}").text


def test_spare_is_no_kernel_and_no_running_job(site: Site, gateway: ToldGateway) -> None:
    site.mirror(kernel_application(1, "ada", KERNEL, SPEC, spare=True))
    ada = site.visitor("ada")

    kernels, applications = ada.get("/kernels").text, ada.get("/applications").text

    assert "No kernel is running" in kernels
    assert "Warm spares" in kernels
    for page in (kernels, applications, ada.get(f"/applications/{application_id(1)}").text):
        assert "Warm spare<" in page
    assert "waits for your next notebook" in applications
    assert 'class="state state-good' not in applications
    gateway.kernels = [told_kernel(KERNEL, SPEC, datetime.now(UTC))]
    assert "Warm spare" not in ada.get("/applications").text


def test_ended_kernels_say_why(site: Site, gateway: ToldGateway) -> None:
    now = datetime.now(UTC)
    gateway.endings = [
        told_ending(KERNEL, "ada", SPEC, now, traceback="Traceback: no module named <numpy>"),
    ]

    page = site.visitor("ada").get("/kernels").text

    assert "Ended in the last day, and why" in page
    assert "It used 1.2 GB of memory." in page
    assert "no module named &lt;numpy&gt;" in page


def test_nothing_lately_ended_says_nothing(site: Site) -> None:
    page = site.visitor("ada").get("/kernels").text

    assert "Ended in the last day" not in page
    assert "Warm spares" not in page
