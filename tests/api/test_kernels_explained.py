"""What the list of kernels says beyond their states: their starts, idleness, places, spares and ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.applications import application_id, ended, kernel_application
from harness.issuer import Issuer
from harness.told_kernels import ToldGateway, told_ending, told_kernel, told_start
from kubeyard_api.storage.mirror import write_applications
from kubeyard_client.messages.applications import ApplicationQuery
from kubeyard_yarn.applications import Application

from .conftest import SERVICE_USER, copy_of_migrated_sqlite

SPEC = "ada.science"
KERNEL = "6aff9493-877e-4b51-b8f9-b2bf1f7a0870"
MEMORY = (
    "AM Container exited with  exitCode: -104 Container is running beyond the 'PHYSICAL' memory limit. "
    "Current usage: 1.2 GB of 1 GB physical memory used; 4 GB of 2.1 GB virtual memory used."
)


@pytest.fixture
def gateway() -> Iterator[ToldGateway]:
    """Return a gateway that tells what the test says."""
    with ToldGateway() as server:
        yield server


@pytest.fixture
def api(request: pytest.FixtureRequest, tmp_path: Path, gateway: ToldGateway) -> Iterator[ApiServer]:
    """Return an API server before it."""
    issuer = Issuer(tmp_path / "jwks.json")
    url = copy_of_migrated_sqlite(request, tmp_path)
    with running_api(api_settings(tmp_path, url, issuer, gateway_url=gateway.url), issuer) as server:
        yield server


def _mirror(api: ApiServer, *applications: Application) -> None:
    with api.parts.database.writing() as session:
        write_applications(session, applications, SERVICE_USER)


def test_idle_kernel_tells_what_its_idling_costs(api: ApiServer, gateway: ToldGateway) -> None:
    since = datetime.now(UTC) - timedelta(hours=2)
    gateway.kernels = [told_kernel(KERNEL, SPEC, since, idle_limit_seconds=10_800)]
    _mirror(api, kernel_application(1, "ada", KERNEL, SPEC, allocatedMB=3072))

    (kernel,) = api.client("ada").list_kernels().kernels

    assert kernel.idle is not None
    assert kernel.idle.since == since
    assert kernel.idle.seconds == pytest.approx(7200, abs=60)
    assert kernel.idle.memory_mb_seconds == pytest.approx(3072 * 7200, rel=0.01)
    assert kernel.idle.stopped_at == since + timedelta(hours=3)


def test_busy_kernel_and_one_that_is_never_stopped_say_so(api: ApiServer, gateway: ToldGateway) -> None:
    now = datetime.now(UTC)
    gateway.kernels = [
        told_kernel("k-1", SPEC, now, state="busy", idle_limit_seconds=60),
        told_kernel("k-2", SPEC, now, idle_limit_seconds=None),
    ]

    kernels = {kernel.id: kernel for kernel in api.client("ada").list_kernels().kernels}

    assert kernels["k-1"].idle is None
    assert kernels["k-2"].idle is not None
    assert kernels["k-2"].idle.stopped_at is None


def test_kernel_that_has_not_answered_the_new_gateway_reconnects(
    api: ApiServer, gateway: ToldGateway
) -> None:
    now = datetime.now(UTC)
    gateway.kernels = [
        told_kernel("k-1", SPEC, now, state="starting", reconnecting=True),
        told_kernel("k-2", SPEC, now, state="busy", reconnecting=False),
    ]
    _mirror(api, ended(3, "ada", "KILLED", applicationTags=f"kubeyard,kernel:k-3,kernelspec:{SPEC}"))
    gateway.kernels.append(told_kernel("k-3", SPEC, now, state="starting", reconnecting=True))

    states = {kernel.id: kernel.state for kernel in api.client("ada").list_kernels().kernels}

    assert states == {"k-1": "reconnecting", "k-2": "busy", "k-3": "dead"}


def test_kernel_has_its_notebook_where_the_gateway_tells_of_one(api: ApiServer, gateway: ToldGateway) -> None:
    now = datetime.now(UTC)
    gateway.kernels = [
        told_kernel("k-1", SPEC, now, notebook="reports/Q3.ipynb"),
        told_kernel("k-2", SPEC, now, notebook=""),
        # Of a gateway that asks for no notebooks yet, as it may be during an upgrade.
        told_kernel("k-3", SPEC, now),
    ]

    notebooks = {kernel.id: kernel.notebook for kernel in api.client("ada").list_kernels().kernels}

    assert notebooks == {"k-1": "reports/Q3.ipynb", "k-2": None, "k-3": None}


def test_start_is_told_with_its_stages_and_why_it_was_cold(api: ApiServer, gateway: ToldGateway) -> None:
    now = datetime.now(UTC)
    start = told_start(now, cold_reason="queue interactive had no room for a spare")
    gateway.kernels = [told_kernel(KERNEL, SPEC, now, **start)]

    (kernel,) = api.client("ada").list_kernels().kernels

    assert kernel.start is not None
    assert not kernel.start.warm
    assert kernel.start.cold_reason == "queue interactive had no room for a spare"
    assert [stage.name for stage in kernel.start.stages][-1] == "spark"


def test_waiting_kernel_tells_its_place_among_all_that_wait(api: ApiServer) -> None:
    waits: dict[str, Any] = {"state": "ACCEPTED", "diagnostics": "Queue's AM resource limit exceeded."}
    _mirror(
        api,
        kernel_application(1, "bob", "k-1", "bob.one", **waits),
        kernel_application(2, "ada", "k-2", SPEC, **waits),
        kernel_application(3, "eve", "k-3", "eve.one", queue="root.default", **waits),
    )

    (kernel,) = api.client("ada").list_kernels().kernels

    assert kernel.place is not None
    assert (kernel.place.number, kernel.place.waiting) == (2, 2)
    assert kernel.reason is not None
    assert "share of memory" in kernel.reason.what
    listed = api.client("ada").list_applications(ApplicationQuery()).applications
    assert listed[0].place == kernel.place
    assert api.client("ada").show_application(application_id(2)).place == kernel.place


def test_dead_kernel_tells_why_by_the_gateways_word_first(api: ApiServer, gateway: ToldGateway) -> None:
    tags = f"kubeyard,kernel:{{}},kernelspec:{SPEC}"
    death = {
        "cause": "memory",
        "what": "It used 1.2 GB.",
        "next_step": "Raise its driver memory.",
    }
    now = datetime.now(UTC)
    gateway.kernels = [
        told_kernel("k-1", SPEC, now, state="dead", death=death),
        told_kernel("k-2", SPEC, now, state="dead"),
    ]
    _mirror(
        api,
        ended(1, "ada", "FAILED", applicationTags=tags.format("k-1"), diagnostics=MEMORY),
        ended(2, "ada", "FAILED", applicationTags=tags.format("k-2"), diagnostics=MEMORY),
    )

    reasons = {kernel.id: kernel.reason for kernel in api.client("ada").list_kernels().kernels}

    assert reasons["k-1"] is not None
    assert reasons["k-1"].next_step == "Raise its driver memory."
    assert reasons["k-2"] is not None
    assert "1.2 GB of memory and its container may have 1 GB" in reasons["k-2"].what
    assert "ada/science" in reasons["k-2"].next_step


def test_kernels_of_the_last_day_that_ended_are_told_with_why(api: ApiServer, gateway: ToldGateway) -> None:
    now = datetime.now(UTC)
    gateway.endings = [
        told_ending("k-1", "ada", SPEC, now, traceback="ModuleNotFoundError"),
        told_ending("k-2", "ada", SPEC, now - timedelta(days=2)),
        told_ending("k-3", "ada", SPEC, now),
        told_ending("k-4", "ada", SPEC, now, reason={"cause": "stopped", "what": "It was stopped by ada."}),
    ]
    gateway.kernels = [told_kernel("k-3", SPEC, now, state="dead")]

    (one,) = api.client("ada").list_kernels().ended

    assert (one.id, one.environment, one.traceback) == ("k-1", "ada/science", "ModuleNotFoundError")
    assert one.reason.cause == "memory"


def test_a_spare_is_told_apart_until_it_is_taken(api: ApiServer, gateway: ToldGateway) -> None:
    _mirror(
        api,
        kernel_application(1, "ada", "k-1", SPEC, spare=True),
        kernel_application(2, "ada", "k-2", SPEC, spare=True),
        kernel_application(3, "ada", "k-3", SPEC),
    )
    now = datetime.now(UTC)
    # By a start it brings its id along; by a restart the kernel keeps its own.
    gateway.kernels = [
        told_kernel("k-2", SPEC, now, application_id=application_id(2)),
        told_kernel("k-3", SPEC, now, application_id=application_id(3)),
    ]
    client = api.client("ada")

    assert [spare.id for spare in client.list_kernels().spares] == [application_id(1)]
    listed = client.list_applications(ApplicationQuery()).applications
    assert [one.id for one in listed if one.is_spare] == [application_id(1)]
    assert client.show_application(application_id(1)).is_spare
    gateway.kernels = [told_kernel("k-3", SPEC, now, application_id=application_id(1))]
    assert not client.show_application(application_id(1)).is_spare
    assert [spare.id for spare in client.list_kernels().spares] == [application_id(2)]
