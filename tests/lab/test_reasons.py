"""Why a kernel is gone, in the words that its gateway has kept."""

import os
import signal

import pytest
from harness.waiting import wait_until

from .conftest import KERNEL, Edge
from .lab_process import LabProcess

pytestmark = pytest.mark.daemons


def start(lab: LabProcess) -> str:
    return str(lab.open_notebook("a.ipynb", KERNEL)["kernel"]["id"])


def reason(lab: LabProcess, kernel_id: str) -> str:
    """What a page hears that asks for the dead kernel; each line is short enough for a dialog."""
    model = lab.send("GET", f"/api/kernels/{kernel_id}").json()
    assert model["execution_state"] == "dead"
    return " ".join(str(model["reason"]).split())


def test_a_notebook_hears_who_stopped_its_kernel(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    kernel_id = start(lab)
    admin = edge.gateway.client("admin", "user", "admin")
    with lab.connect(kernel_id) as notebook:
        notebook.run("x = 1")
        assert admin.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
        # A browser asks for its kernels each ten seconds: that finds out.
        [model] = lab.send("GET", "/api/kernels").json()
        assert model["execution_state"] == "dead"
        assert notebook.closing_code() == 4404
    assert "It was stopped by admin." in reason(lab, kernel_id)


def test_a_list_that_misses_a_kernel_leads_to_its_reason_too(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    kernel_id = start(lab)
    admin = edge.gateway.client("admin", "user", "admin")
    assert admin.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    [model] = lab.send("GET", "/api/kernels").json()
    assert (model["id"], model["execution_state"]) == (kernel_id, "dead")
    assert "It was stopped by admin." in reason(lab, kernel_id)


def test_a_lab_that_was_away_hears_why_the_kernel_ended(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    kernel_id = start(lab)
    lab.stop()
    admin = edge.gateway.client("admin", "user", "admin")
    assert admin.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    lab.start()
    told = reason(lab, kernel_id)
    assert "The kernel ended while JupyterLab was not running. It was stopped by admin." in told


def test_a_death_is_in_the_notebook_and_in_the_dialog(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    kernel_id = start(lab)
    with lab.connect(kernel_id) as notebook:

        def is_heard() -> bool:
            # The gateway joins a local kernel's words some moment after its start.
            notebook.run("import os")
            [model] = edge.gateway.client("ada").send("GET", "/api/kernels").json()
            return bool(model["execution_state"] == "idle")

        wait_until(is_heard, "the gateway hears the kernel")
        ident = notebook.send("import time; print(os.getpid(), flush=True); time.sleep(600)")
        os.kill(int(notebook.printed(ident, until="\n")), signal.SIGKILL)
        assert "KernelDied: Its process has ended." in notebook.printed(ident, until="KernelDied")
        assert notebook.closing_code() == 4404
    assert "The kernel died. Its process has ended." in reason(lab, kernel_id)
