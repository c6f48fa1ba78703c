"""A kernel that a warm restart gave another's application: the gateway's word counts, not YARN's tags."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.applications import application_id, ended, kernel_application
from harness.issuer import Issuer
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_api.storage.mirror import write_applications
from kubeyard_client.messages.kernels import Kernel
from kubeyard_yarn.applications import Application

from .conftest import SERVICE_USER, copy_of_migrated_sqlite

KERNEL = "11111111-0000-4000-8000-000000000000"
SPARE = "22222222-0000-4000-8000-000000000000"
SPEC = "ada.science"
# What a kernel's model holds after a restart that took a spare: kernels on YARN alone have applications.
RESTARTED = {
    "id": KERNEL,
    "name": SPEC,
    "execution_state": "idle",
    "connections": 1,
    "last_activity": "2026-11-21T12:00:00Z",
    "kubeyard": {"application_id": application_id(2)},
}


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return SQLite's alone: what is tested here is no matter of the database."""
    return copy_of_migrated_sqlite(request, tmp_path)


@pytest.fixture
def restarted(database_url: str, issuer: Issuer, tmp_path: Path) -> Iterator[ApiServer]:
    """Return an API server before a gateway that tells of the restarted kernel."""

    def answer(asked: Asked) -> Answer:
        return as_json([RESTARTED] if asked.path == "/api/kernels" else [])

    with ScriptedServer(answer) as gateway:
        settings = api_settings(tmp_path, database_url, issuer, gateway_url=gateway.url)
        with running_api(settings, issuer) as api:
            yield api


def shown(api: ApiServer, *applications: Application) -> list[Kernel]:
    with api.parts.database.writing() as session:
        write_applications(session, applications, SERVICE_USER)
    return list(api.client("ada").list_kernels().kernels)


def first(state: str) -> Application:
    """The application that the kernel was started with."""
    tags = f"kubeyard,kernel:{KERNEL},user:ada,kernelspec:{SPEC}"
    return ended(1, "ada", state, applicationTags=tags)


def test_a_restarted_kernel_is_shown_with_the_application_that_it_has_now(restarted: ApiServer) -> None:
    now = kernel_application(2, "ada", SPARE, SPEC, spare=True)
    [kernel] = shown(restarted, first("FINISHED"), now)
    assert (kernel.id, kernel.state) == (KERNEL, "idle")
    assert kernel.application is not None
    assert kernel.application.id == application_id(2)


def test_its_first_application_may_still_be_ending(restarted: ApiServer) -> None:
    now = kernel_application(2, "ada", SPARE, SPEC, spare=True)
    [kernel] = shown(restarted, kernel_application(1, "ada", KERNEL, SPEC), now)
    assert kernel.application is not None
    assert kernel.application.id == application_id(2)


def test_another_spare_of_the_same_person_is_no_kernel_beside_it(restarted: ApiServer) -> None:
    now = kernel_application(2, "ada", SPARE, SPEC, spare=True)
    another = kernel_application(3, "ada", "33333333-0000-4000-8000-000000000000", SPEC, spare=True)
    assert [kernel.id for kernel in shown(restarted, first("FINISHED"), now, another)] == [KERNEL]


def test_before_the_mirror_has_its_application_it_is_shown_alive(restarted: ApiServer) -> None:
    [kernel] = shown(restarted)
    assert (kernel.id, kernel.state, kernel.application) == (KERNEL, "idle", None)
