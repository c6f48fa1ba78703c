"""A Lab that ends and comes back: its notebooks find their kernels again, or hear what became of them."""

import signal
import sqlite3

import pytest
from harness.waiting import wait_until

from .conftest import KERNEL, Edge
from .lab_process import LabProcess

pytestmark = pytest.mark.daemons


def kernel_of(lab: LabProcess, path: str) -> dict[str, object]:
    """The kernel of a notebook, as the Lab's list of sessions has it."""
    [session] = [one for one in lab.send("GET", "/api/sessions").json() if one["path"] == path]
    found: dict[str, object] = session["kernel"]
    return found


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_a_restarted_lab_finds_its_notebooks_kernels_again(edge: Edge, signum: signal.Signals) -> None:
    lab = edge.lab_of("ada")
    first, second = (str(lab.open_notebook(path, KERNEL)["kernel"]["id"]) for path in ("a.ipynb", "b.ipynb"))
    with lab.connect(first) as notebook:
        notebook.run("kept = 41")
    lab.stop(signum)
    assert set(edge.gateway.client("ada").kernel_ids()) == {first, second}
    lab.start()
    assert kernel_of(lab, "a.ipynb")["id"] == first
    assert kernel_of(lab, "a.ipynb")["name"] == KERNEL
    assert kernel_of(lab, "b.ipynb")["id"] == second
    with lab.connect(first) as notebook:
        assert notebook.run("print(kept + 1)") == "42\n"


def test_a_kernel_lost_while_the_lab_was_away_is_told_dead_before_anything_runs(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    kernel_id = str(lab.open_notebook("a.ipynb", KERNEL)["kernel"]["id"])
    lab.stop()
    assert edge.gateway.client("ada").send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    lab.start()
    lost = kernel_of(lab, "a.ipynb")
    assert lost["execution_state"] == "dead"
    assert "ended while JupyterLab was not running" in str(lost["reason"])
    assert "variables are lost" in str(lost["reason"])
    assert lab.send("GET", "/api/sessions").json() == []


def test_a_lab_that_starts_before_its_gateway_waits_for_the_truth(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    lab.open_notebook("a.ipynb", KERNEL)
    lab.stop()
    # Kernels of this gateway are its children, so they end with it.
    edge.gateway.stop()
    lab.start()
    assert kernel_of(lab, "a.ipynb")["execution_state"] == "unknown"
    edge.gateway.start()
    wait_until(lambda: kernel_of(lab, "a.ipynb")["execution_state"] == "dead", "the Lab knows")


def test_a_broken_registry_is_put_aside_and_the_lab_starts(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    lab.open_notebook("a.ipynb", KERNEL)
    lab.stop()
    [registry] = lab.home.rglob("kubeyard-sessions.sqlite")
    registry.write_bytes(b"not a database at all" * 100)
    lab.start()
    assert lab.send("GET", "/api/sessions").json() == []
    assert registry.with_suffix(".broken").is_file()
    lab.open_notebook("b.ipynb", KERNEL)
    lab.stop()
    lab.start()
    assert kernel_of(lab, "b.ipynb")["name"] == KERNEL


def test_a_kernel_of_somebody_else_in_the_registry_is_not_reached(edge: Edge) -> None:
    bobs = str(edge.lab_of("bob").open_notebook("a.ipynb", KERNEL)["kernel"]["id"])
    lab = edge.lab_of("ada")
    lab.open_notebook("a.ipynb", KERNEL)
    lab.stop()
    [registry] = lab.home.rglob("kubeyard-sessions.sqlite")
    with sqlite3.connect(registry) as connection:
        connection.execute("UPDATE session SET kernel_id = ?", (bobs,))
    connection.close()
    lab.start()
    assert kernel_of(lab, "a.ipynb")["execution_state"] == "dead"
    assert edge.gateway.client("bob").kernel_ids() == [bobs]
