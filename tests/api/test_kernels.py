"""Kernels: the gateway's word joined with the mirror's, and acts handed on with the caller's own token."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.applications import application_id, ended, kernel_application
from harness.issuer import Issuer
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_api.storage.mirror import mark_killing, write_applications
from kubeyard_client.client import KubeyardClient
from kubeyard_client.errors import ApiError
from kubeyard_yarn.applications import Application

from .conftest import SERVICE_USER, copy_of_migrated_sqlite

KERNEL = "11111111-aaaa-bbbb-cccc-222222222222"
OTHER = "33333333-aaaa-bbbb-cccc-222222222222"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return SQLite's alone: what is tested here happens before any database is asked."""
    return copy_of_migrated_sqlite(request, tmp_path)


def _live(kernel_id: str, state: str = "idle", name: str = "ada.science") -> dict[str, object]:
    return {
        "id": kernel_id,
        "name": name,
        "last_activity": "2026-11-21T07:00:00.000000Z",
        "execution_state": state,
        "connections": 1,
    }


@pytest.fixture
def gateway() -> Iterator[ScriptedServer]:
    """Return a gateway that lists one kernel and does what it is asked."""

    def script(asked: Asked) -> Answer:
        return as_json([_live(KERNEL)]) if asked.method == "GET" else Answer(status=204)

    with ScriptedServer(script) as server:
        yield server


@pytest.fixture
def api_with_gateway(
    database_url: str, issuer: Issuer, tmp_path: Path, gateway: ScriptedServer
) -> Iterator[ApiServer]:
    """Return an API server that reaches the gateway."""
    settings = api_settings(tmp_path, database_url, issuer, gateway_url=gateway.url)
    with running_api(settings, issuer) as server:
        yield server


def _mirror(api: ApiServer, *applications: Application) -> None:
    with api.parts.database.writing() as session:
        write_applications(session, applications, SERVICE_USER)


def _states(client: KubeyardClient) -> dict[str, str]:
    return {kernel.id: kernel.state.value for kernel in client.list_kernels().kernels}


def test_live_kernel_is_shown_with_its_application(
    api_with_gateway: ApiServer, gateway: ScriptedServer
) -> None:
    _mirror(api_with_gateway, kernel_application(1, "ada", KERNEL, "ada.science"))
    listed = api_with_gateway.client("ada").list_kernels()
    assert listed.gateway_reachable
    (kernel,) = listed.kernels
    assert (kernel.id, kernel.owner, kernel.state, kernel.environment) == (
        KERNEL,
        "ada",
        "idle",
        "ada/science",
    )
    assert kernel.application is not None
    assert kernel.application.id == application_id(1)
    assert gateway.asked[0].headers["Authorization"].startswith("Bearer ")


def test_a_spare_is_no_kernel_until_the_gateway_lists_it(api_with_gateway: ApiServer) -> None:
    _mirror(api_with_gateway, kernel_application(1, "ada", OTHER, "ada.science", spare=True))
    assert list(_states(api_with_gateway.client("ada"))) == [KERNEL]
    _mirror(api_with_gateway, kernel_application(2, "ada", KERNEL, "ada.science", spare=True))
    (kernel,) = api_with_gateway.client("ada").list_kernels().kernels
    assert kernel.application is not None
    assert kernel.application.id == application_id(2)


def test_a_restarted_kernel_is_joined_with_the_application_that_the_gateway_names(
    api_with_gateway: ApiServer, gateway: ScriptedServer
) -> None:
    _mirror(
        api_with_gateway,
        kernel_application(1, "ada", OTHER, "ada.science", spare=True),
        kernel_application(2, "ada", KERNEL, "ada.science"),
    )
    restarted = _live(KERNEL) | {"kubeyard": {"application_id": application_id(1)}}
    gateway.script = lambda _: as_json([restarted])
    kernels = api_with_gateway.client("ada").list_kernels().kernels
    named = {kernel.id: kernel.application.id for kernel in kernels if kernel.application}
    assert named == {KERNEL: application_id(1)}


def test_kernel_that_yarn_has_not_shown_yet_is_the_caller_s(api_with_gateway: ApiServer) -> None:
    (kernel,) = api_with_gateway.client("ada").list_kernels().kernels
    assert (kernel.owner, kernel.application, kernel.started_at) == ("ada", None, None)


def test_state_tells_what_the_gateway_cannot_know(api_with_gateway: ApiServer) -> None:
    _mirror(
        api_with_gateway,
        ended(1, "ada", "KILLED", applicationTags=f"kubeyard,kernel:{KERNEL},kernelspec:ada.science"),
        kernel_application(2, "ada", OTHER, "ada.science", state="ACCEPTED"),
        kernel_application(3, "ada", "k-3", "ada.science"),
        kernel_application(4, "ada", "k-4", "ada.science"),
    )
    with api_with_gateway.parts.database.writing() as session:
        mark_killing(session, application_id(4), "ada")
    states = _states(api_with_gateway.client("ada"))
    assert states == {KERNEL: "dead", OTHER: "starting", "k-3": "unknown", "k-4": "stopping"}


def test_without_the_gateway_what_yarn_runs_is_still_shown(
    api: ApiServer,
) -> None:
    _mirror(
        api,
        kernel_application(1, "ada", KERNEL, "ada.science"),
        kernel_application(2, "bob", OTHER, "bob.science"),
    )
    listed = api.client("ada").list_kernels()
    assert not listed.gateway_reachable
    assert "out of reach" in listed.gateway_reason
    assert [kernel.id for kernel in listed.kernels] == [KERNEL]
    everybody = api.client("admin", "user", "admin").list_kernels()
    assert {kernel.owner for kernel in everybody.kernels} == {"ada", "bob"}


def test_acts_reach_the_gateway_with_the_caller_s_own_token(
    api_with_gateway: ApiServer, gateway: ScriptedServer
) -> None:
    _mirror(api_with_gateway, kernel_application(1, "ada", KERNEL, "ada.science"))
    token = api_with_gateway.issuer.token("ada")
    for method, path in (("POST", "/interrupt"), ("POST", "/restart"), ("DELETE", "")):
        answer = api_with_gateway.send(method, f"/api/v1/kernels/{KERNEL}{path}", token)
        assert (answer.status_code, answer.content) == (204, b"")
        assert (gateway.asked[-1].method, gateway.asked[-1].path) == (method, f"/api/kernels/{KERNEL}{path}")
        assert gateway.asked[-1].headers["Authorization"] == f"Bearer {token}"


def test_another_s_kernel_never_reaches_the_gateway(
    api_with_gateway: ApiServer, gateway: ScriptedServer
) -> None:
    _mirror(api_with_gateway, kernel_application(1, "ada", KERNEL, "ada.science"))
    with pytest.raises(ApiError) as refusal:
        api_with_gateway.client("eve").stop_kernel(KERNEL)
    assert (refusal.value.status, gateway.asked) == (404, [])


@pytest.mark.parametrize(("told", "status"), [(404, 404), (500, 409), (401, 409)])
def test_refusal_of_the_gateway_is_told(
    api_with_gateway: ApiServer, gateway: ScriptedServer, told: int, status: int
) -> None:
    _mirror(api_with_gateway, kernel_application(1, "ada", KERNEL, "ada.science"))
    gateway.script = lambda asked: as_json({"message": "the kernel is being started"}, told)
    with pytest.raises(ApiError) as refusal:
        api_with_gateway.client("ada").interrupt_kernel(KERNEL)
    assert refusal.value.status == status
    assert status == 404 or "being started" in refusal.value.detail


def test_act_without_the_gateway_says_so(api: ApiServer) -> None:
    _mirror(api, kernel_application(1, "ada", KERNEL, "ada.science"))
    with pytest.raises(ApiError) as failure:
        api.client("ada").restart_kernel(KERNEL)
    assert (failure.value.status, failure.value.code) == (503, "gateway-unreachable")


@pytest.mark.parametrize(
    "answer", [Answer(b"<html>"), as_json({"kernels": 1}), as_json([{}]), Answer(status=500)]
)
def test_gateway_that_is_something_else_is_no_error_of_the_page(
    api_with_gateway: ApiServer, gateway: ScriptedServer, answer: Answer
) -> None:
    gateway.script = lambda asked: answer
    listed = api_with_gateway.client("ada").list_kernels()
    assert (listed.kernels, listed.gateway_reachable) == ((), False)
    assert listed.gateway_reason
