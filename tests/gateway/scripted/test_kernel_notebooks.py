"""Which notebook a kernel has: by the word of its owner's JupyterLab, for those who may see the kernel."""

import signal
from typing import Any

import pytest
from harness.gateway import GatewayProcess, KernelClient
from harness.scripted_yarn import SPEC, ScriptedYarn, connection, report

pytestmark = pytest.mark.slow
PATH = "reports/Q3, größer 📈.ipynb"


@pytest.fixture
def kernel_id(gateway: GatewayProcess, yarn: ScriptedYarn) -> str:
    """A kernel of ada's."""
    yarn.runs(lambda number, told: report(told, connection()))
    return gateway.client("ada").start(SPEC.name)


def tell(client: KernelClient, kernel_id: str, body: Any) -> int:
    return client.send("PUT", f"/api/kernels/{kernel_id}/notebook", body).status_code


def notebook_of(client: KernelClient, kernel_id: str) -> str:
    [model] = [one for one in client.send("GET", "/api/kernels").json() if one["id"] == kernel_id]
    return str(model["kubeyard"]["notebook"])


def test_notebook_follows_what_is_told_until_there_is_none(gateway: GatewayProcess, kernel_id: str) -> None:
    ada = gateway.client("ada")
    assert notebook_of(ada, kernel_id) == ""
    for path in ("Untitled.ipynb", PATH, ""):
        assert tell(ada, kernel_id, {"path": path}) == 204
        assert notebook_of(ada, kernel_id) == path


def test_notebook_stays_over_restarts_of_the_kernel_and_of_the_gateway(
    gateway: GatewayProcess, kernel_id: str
) -> None:
    ada = gateway.client("ada")
    assert tell(ada, kernel_id, {"path": PATH}) == 204
    gateway.stop(signal.SIGKILL)
    gateway.start()
    assert notebook_of(ada, kernel_id) == PATH
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    gateway.stop()
    gateway.start()
    assert notebook_of(ada, kernel_id) == PATH


def test_owner_alone_tells_it_and_an_administrator_reads_it(gateway: GatewayProcess, kernel_id: str) -> None:
    ada, bob, admin = gateway.client("ada"), gateway.client("bob"), gateway.client("admin", "user", "admin")
    assert tell(ada, kernel_id, {"path": PATH}) == 204
    assert tell(bob, kernel_id, {"path": "b.ipynb"}) == 404
    assert tell(admin, kernel_id, {"path": "a.ipynb"}) == 403
    assert notebook_of(admin, kernel_id) == PATH
    assert PATH not in bob.send("GET", "/api/kernels").text


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"path": None}, {"path": 7}, {"path": "a\nb"}, {"path": "\x1b[2J"}, {"path": "a" * 1025}],
)
def test_what_no_page_could_show_is_refused(gateway: GatewayProcess, kernel_id: str, body: Any) -> None:
    ada = gateway.client("ada")
    assert tell(ada, kernel_id, {"path": PATH}) == 204
    assert tell(ada, kernel_id, body) == 400
    assert notebook_of(ada, kernel_id) == PATH
