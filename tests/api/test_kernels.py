"""Kernels: the real gateway's word joined with the mirror's, and acts handed on with the caller's token."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness.api_server import ApiServer, api_settings, running_api
from harness.applications import application_id, ended, kernel_application
from harness.gateway import GatewayProcess, brittle_python, gateway_without_hadoop, local_kernelspec
from harness.issuer import Issuer
from harness.scripted_server import Answer, ScriptedServer, as_json
from harness.waiting import wait_until
from kubeyard_api.storage.mirror import mark_killing, write_applications
from kubeyard_client.client import KubeyardClient
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.kernels import KernelState
from kubeyard_yarn.applications import Application

from .conftest import SERVICE_USER, copy_of_migrated_sqlite

pytestmark = pytest.mark.slow
SPEC = "ada.science"
NEVER_WAS = "00000000-0000-4000-8000-000000000000"
FOR_EVER = "import time\nprint('on', flush=True)\nwhile True: time.sleep(0.05)"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return SQLite's alone: what is tested here happens before any database is asked."""
    return copy_of_migrated_sqlite(request, tmp_path)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """Return the real gateway, whose kernels are processes of its own: ada's kind, and one for everybody."""
    with gateway_without_hadoop(tmp_path_factory.mktemp("gateway")) as started:
        for owner, name in (("ada", "science"), ("kubeyard", "local")):
            local_kernelspec(started.folder / "kernelspecs", owner, name, public=owner == "kubeyard")
        yield started


@pytest.fixture(scope="module")
def kernel(gateway: GatewayProcess) -> str:
    """Return the id of a kernel of ada's that has been used and stays idle throughout."""
    ada = gateway.client("ada")
    kernel_id = ada.start(SPEC)
    with ada.connect(kernel_id) as channel:
        channel.joined().run("used = True")

        def is_heard() -> bool:
            # The gateway joins a local kernel's words some moment after its start, as the channel does.
            channel.joined()
            model = ada.send("GET", f"/api/kernels/{kernel_id}").json()
            return bool(model["execution_state"] == "idle")

        wait_until(is_heard, "the gateway hears the kernel")
    return kernel_id


@pytest.fixture
def linked(database_url: str, tmp_path: Path, gateway: GatewayProcess) -> Iterator[ApiServer]:
    """Return an API server that reaches the gateway; both believe the same issuer."""
    settings = api_settings(tmp_path, database_url, gateway.issuer, gateway_url=gateway.url)
    with running_api(settings, gateway.issuer) as server:
        yield server


def _mirror(api: ApiServer, *applications: Application) -> None:
    with api.parts.database.writing() as session:
        write_applications(session, applications, SERVICE_USER)


def _states(client: KubeyardClient) -> dict[str, KernelState]:
    return {kernel.id: kernel.state for kernel in client.list_kernels().kernels}


def _until(client: KubeyardClient, kernel_id: str, state: str) -> None:
    wait_until(lambda: _states(client).get(kernel_id) == state, f"the kernel is {state}")


def test_live_kernel_is_shown_with_its_application(linked: ApiServer, kernel: str) -> None:
    _mirror(linked, kernel_application(1, "ada", kernel, SPEC))
    _until(linked.client("ada"), kernel, "idle")
    listed = linked.client("ada").list_kernels()
    assert listed.gateway_reachable
    (shown,) = listed.kernels
    assert (shown.id, shown.owner, shown.environment) == (kernel, "ada", "ada/science")
    assert shown.application is not None
    assert shown.application.id == application_id(1)
    assert shown.last_activity_at is not None


def test_a_spare_is_no_kernel_until_the_gateway_lists_it(linked: ApiServer, kernel: str) -> None:
    _mirror(linked, kernel_application(1, "ada", "k-2", SPEC, spare=True))
    assert list(_states(linked.client("ada"))) == [kernel]
    _mirror(linked, kernel_application(2, "ada", kernel, SPEC, spare=True))
    (shown,) = linked.client("ada").list_kernels().kernels
    assert shown.application is not None
    assert shown.application.id == application_id(2)


def test_open_notebooks_are_counted(linked: ApiServer, gateway: GatewayProcess, kernel: str) -> None:
    _mirror(linked, kernel_application(1, "ada", kernel, SPEC))
    with gateway.client("ada").connect(kernel):
        (shown,) = linked.client("ada").list_kernels().kernels
    assert shown.connections == 1


def test_kernel_that_yarn_has_not_shown_yet_is_the_caller_s(linked: ApiServer, kernel: str) -> None:
    (shown,) = linked.client("ada").list_kernels().kernels
    assert (shown.id, shown.owner, shown.application, shown.started_at) == (kernel, "ada", None, None)


def test_everybody_sees_his_own_and_an_administrator_all(
    linked: ApiServer, gateway: GatewayProcess, kernel: str
) -> None:
    bobs = gateway.client("bob").start("kubeyard.local")
    _mirror(
        linked,
        kernel_application(1, "ada", kernel, SPEC),
        kernel_application(2, "bob", bobs, "kubeyard.local"),
    )
    assert set(_states(linked.client("ada"))) == {kernel}
    assert set(_states(linked.client("bob"))) == {bobs}
    everybodys = linked.client("admin", "user", "admin").list_kernels().kernels
    assert {shown.id: shown.owner for shown in everybodys} == {kernel: "ada", bobs: "bob"}
    gateway.client("bob").send("DELETE", f"/api/kernels/{bobs}")


def test_state_tells_what_the_gateway_cannot_know(linked: ApiServer, kernel: str) -> None:
    tags = f"kubeyard,kernel:{kernel},kernelspec:{SPEC}"
    _mirror(
        linked,
        ended(1, "ada", "KILLED", applicationTags=tags),
        kernel_application(2, "ada", "k-2", SPEC, state="ACCEPTED"),
        kernel_application(3, "ada", "k-3", SPEC),
        kernel_application(4, "ada", "k-4", SPEC),
    )
    with linked.parts.database.writing() as session:
        mark_killing(session, application_id(4), "ada")
    states = _states(linked.client("ada"))
    assert states == {kernel: "dead", "k-2": "starting", "k-3": "unknown", "k-4": "stopping"}


def test_without_the_gateway_what_yarn_runs_is_still_shown(api: ApiServer) -> None:
    _mirror(
        api,
        kernel_application(1, "ada", "k-1", SPEC),
        kernel_application(2, "bob", "k-2", "bob.science"),
    )
    listed = api.client("ada").list_kernels()
    assert not listed.gateway_reachable
    assert "out of reach" in listed.gateway_reason
    assert [shown.id for shown in listed.kernels] == ["k-1"]
    everybody = api.client("admin", "user", "admin").list_kernels()
    assert {shown.owner for shown in everybody.kernels} == {"ada", "bob"}


def _act(api: ApiServer, name: str, method: str, path: str, *roles: str) -> None:
    answer = api.send(method, f"/api/v1/kernels/{path}", api.issuer.token(name, *roles))
    assert (answer.status_code, answer.content) == (204, b"")


def test_acts_of_the_owner_reach_his_kernel(linked: ApiServer, gateway: GatewayProcess) -> None:
    bob = gateway.client("bob")
    ident = bob.start("kubeyard.local")
    _mirror(linked, kernel_application(1, "bob", ident, "kubeyard.local"))
    with bob.connect(ident) as channel:
        # The gateway joins a local kernel's words some moment after its start, as the channel does.
        wait_until(
            lambda: bool(channel.joined()) and _states(linked.client("bob")).get(ident) == "idle",
            "the gateway hears the kernel",
        )
        cell = channel.send(FOR_EVER)
        _until(linked.client("bob"), ident, "busy")
        # The kernel is busy from a moment before the cell runs, and an interrupt in it ends nothing.
        channel.until_printed("on")
        _act(linked, "bob", "POST", f"{ident}/interrupt")
        assert "KeyboardInterrupt" in channel.output(cell)
        channel.run("kept = 1")
    _act(linked, "bob", "POST", f"{ident}/restart")
    with bob.connect(ident) as channel:
        assert channel.joined().run("'kept' in globals()") == "False"
    _act(linked, "bob", "DELETE", ident)
    wait_until(lambda: ident not in bob.kernel_ids(), "the kernel is gone")


def test_an_administrator_interrupts_and_restarts_another_s_kernel(
    linked: ApiServer, gateway: GatewayProcess
) -> None:
    bob = gateway.client("bob")
    ident = bob.start("kubeyard.local")
    _mirror(linked, kernel_application(1, "bob", ident, "kubeyard.local"))
    with bob.connect(ident) as channel:
        cell = channel.joined().send(FOR_EVER)
        channel.until_printed("on")
        _act(linked, "admin", "POST", f"{ident}/interrupt", "user", "admin")
        assert "KeyboardInterrupt" in channel.output(cell)
        channel.run("kept = 1")
    _act(linked, "admin", "POST", f"{ident}/restart", "user", "admin")
    with bob.connect(ident) as channel:
        assert channel.joined().run("'kept' in globals()") == "False"
    bob.send("DELETE", f"/api/kernels/{ident}")


def test_another_s_kernel_is_not_found_and_lives_on(
    linked: ApiServer, gateway: GatewayProcess, kernel: str
) -> None:
    _mirror(linked, kernel_application(1, "ada", kernel, SPEC))
    with pytest.raises(ApiError) as refusal:
        linked.client("eve").stop_kernel(kernel)
    assert refusal.value.status == 404
    assert kernel in gateway.client("ada").kernel_ids()


def test_another_s_kernel_never_reaches_the_gateway(api: ApiServer) -> None:
    """Whoever asked this gateway, which is away, would be told so."""
    _mirror(api, kernel_application(1, "ada", NEVER_WAS, SPEC))
    with pytest.raises(ApiError) as refusal:
        api.client("eve").stop_kernel(NEVER_WAS)
    assert refusal.value.status == 404


def test_the_gateway_decides_again_by_the_caller_s_own_token(
    linked: ApiServer, gateway: GatewayProcess, kernel: str
) -> None:
    _mirror(linked, kernel_application(1, "eve", kernel, SPEC))
    with pytest.raises(ApiError) as refusal:
        linked.client("eve").stop_kernel(kernel)
    assert refusal.value.status == 404
    assert kernel in gateway.client("ada").kernel_ids()


def test_kernel_that_the_gateway_has_lost_is_not_found(linked: ApiServer) -> None:
    _mirror(linked, kernel_application(1, "ada", NEVER_WAS, SPEC))
    with pytest.raises(ApiError) as refusal:
        linked.client("ada").interrupt_kernel(NEVER_WAS)
    assert refusal.value.status == 404


def test_token_that_the_gateway_refuses_is_told(linked: ApiServer, kernel: str) -> None:
    _mirror(linked, kernel_application(1, "ada", kernel, SPEC))
    for_the_api_alone = linked.issuer.token("ada", aud=["kubeyard-api"])
    answer = linked.send("POST", f"/api/v1/kernels/{kernel}/interrupt", for_the_api_alone)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    listed = linked.send("GET", "/api/v1/kernels", for_the_api_alone).json()
    assert (listed["gateway_reachable"], listed["gateway_reason"]) == (False, "the gateway answers 401")


def test_failed_restart_is_told_in_the_gateway_s_words(linked: ApiServer, gateway: GatewayProcess) -> None:
    python = brittle_python(gateway.folder / "python-of-bob")
    spec = local_kernelspec(
        gateway.folder / "kernelspecs", "bob", "brittle", public=False, python=str(python)
    )
    ident = gateway.client("bob").start(spec)
    _mirror(linked, kernel_application(1, "bob", ident, spec))
    python.unlink()
    with pytest.raises(ApiError) as refusal:
        linked.client("bob").restart_kernel(ident)
    assert refusal.value.status == 409
    assert "could not restart this kernel: the kernel did not restart" in refusal.value.detail


def test_act_without_the_gateway_says_so(api: ApiServer) -> None:
    _mirror(api, kernel_application(1, "ada", NEVER_WAS, SPEC))
    with pytest.raises(ApiError) as failure:
        api.client("ada").restart_kernel(NEVER_WAS)
    assert (failure.value.status, failure.value.code) == (503, "gateway-unreachable")


@contextmanager
def _halted(gateway: GatewayProcess) -> Iterator[None]:
    """Let the gateway take connections and answer none."""
    os.kill(gateway.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(gateway.pid, signal.SIGCONT)


def test_gateway_that_hangs_keeps_nobody_waiting(
    linked: ApiServer, gateway: GatewayProcess, kernel: str
) -> None:
    _mirror(linked, kernel_application(1, "ada", kernel, SPEC))
    with _halted(gateway):
        listed = linked.client("ada").list_kernels()
    assert "does not answer in time" in listed.gateway_reason
    assert _states(linked.client("ada")).keys() == {kernel}


@pytest.mark.parametrize(
    "answer", [Answer(b"<html>"), as_json({"kernels": 1}), as_json([{}]), Answer(status=500)]
)
def test_something_else_at_the_gateway_s_address_is_no_error_of_the_page(
    database_url: str, issuer: Issuer, tmp_path: Path, answer: Answer
) -> None:
    """The only scripted answers here: no gateway of ours gives them."""
    with ScriptedServer(lambda asked: answer) as other:
        settings = api_settings(tmp_path, database_url, issuer, gateway_url=other.url)
        with running_api(settings, issuer) as api:
            listed = api.client("ada").list_kernels()
    assert (listed.kernels, listed.gateway_reachable) == ((), False)
    assert listed.gateway_reason
