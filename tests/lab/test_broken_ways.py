"""Every way between a notebook and its kernel breaks once, and neither a cell nor a line is lost."""

import json
import os
import select
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.gateway import GatewayProcess
from harness.launched_kernels import LaunchingYarn
from harness.relayed_kernels import relayed
from harness.scripted_server import ScriptedServer
from harness.scripted_yarn import SPEC
from harness.waiting import wait_until
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1

from .lab_process import LabProcess, Notebook
from .token_exchange import TokenExchange

pytestmark = pytest.mark.daemons
LINES = 60
PRINTING = f"import time\nfor i in range({LINES}):\n    print('line', i, flush=True); time.sleep(0.05)"


@pytest.fixture
def lab(gateway: GatewayProcess, tmp_path: Path) -> Iterator[LabProcess]:
    """Ada's Lab before it."""
    with ScriptedServer(TokenExchange(gateway)) as server:
        lab = LabProcess(tmp_path / "lab", gateway.url, server.url, "hub-token-of-ada")
        lab.start()
        yield lab
        lab.stop()


def numbered(count: int) -> list[str]:
    return [f"line {number}" for number in range(count)]


def open_kernel(lab: LabProcess) -> str:
    return str(lab.open_notebook("a.ipynb", SPEC.name)["kernel"]["id"])


def whole(notebook: Notebook, *idents: str) -> list[str]:
    """What the cells printed, once both have come by which JupyterLab knows an end: answer and idleness."""
    texts = dict.fromkeys(idents, "")
    awaited = {(ident, end) for ident in idents for end in ("execute_reply", "idle")}
    while awaited:
        _, parts = deserialize_msg_from_ws_v1(notebook.socket.recv())  # type: ignore[no-untyped-call]
        header, parent, _, content = (json.loads(part) for part in parts[:4])
        ident = parent.get("msg_id")
        if ident in texts:
            texts[ident] += content.get("text", "")
            awaited -= {(ident, header["msg_type"]), (ident, content.get("execution_state"))}
    return list(texts.values())


def test_a_cell_that_a_killed_gateway_took_along_runs_once(gateway: GatewayProcess, lab: LabProcess) -> None:
    with lab.connect(open_kernel(lab)) as notebook:
        notebook.run("count = 0")
        os.kill(gateway.pid, signal.SIGSTOP)
        taken = [notebook.send("count += 1; print(count)") for _ in range(3)]
        # They lie in the stopped gateway's socket, once the Lab has no more of them.
        wait_until(lambda: lab.send("GET", "/api").ok, "the Lab has passed them on")
        gateway.stop(signal.SIGKILL)
        gateway.start()
        assert whole(notebook, *taken) == ["1\n", "2\n", "3\n"]
        assert notebook.run("print(count)") == "3\n"


def test_cells_that_wait_behind_a_running_one_run_once_though_the_gateway_ends(
    gateway: GatewayProcess, lab: LabProcess
) -> None:
    with lab.connect(open_kernel(lab)) as notebook:
        notebook.run("count = 0")
        first = notebook.send(PRINTING)
        waiting = [notebook.send("count += 1; print(count)") for _ in range(3)]
        begun = notebook.printed(first, until="line 5")
        for _ in range(2):
            gateway.stop(signal.SIGKILL)
            gateway.start()
        rest, *others = whole(notebook, first, *waiting)
        assert (begun + rest).splitlines() == numbered(LINES)
        assert others == ["1\n", "2\n", "3\n"]


@pytest.mark.parametrize("cut", ["at once", "in silence"])
def test_a_cut_between_gateway_and_kernel_costs_no_line_and_no_answer(
    gateway: GatewayProcess, lab: LabProcess, cut: str, tmp_path: Path
) -> None:
    kernel_id, ended = open_kernel(lab), tmp_path / "ended"
    with relayed(gateway, kernel_id) as links, lab.connect(kernel_id) as notebook:
        notebook.run("1")
        ident = notebook.send(f"{PRINTING}\nopen({str(ended)!r}, 'w').close()")
        begun = notebook.printed(ident, until="line 5")
        if cut == "at once":
            links.cut(for_good=True)
        else:
            links.hold()
        # Its end and its answer fall into the cut.
        wait_until(ended.exists, "the cell has ended")
        lost = notebook.send("print('after it')")
        links.restore()
        rest, after = whole(notebook, ident, lost)
        assert (begun + rest).splitlines() == numbered(LINES)
        assert after == "after it\n"
        assert notebook.run("print('on')") == "on\n"


def test_a_browser_that_is_back_before_its_broken_connection_has_ended_misses_no_line(
    lab: LabProcess,
) -> None:
    """What was written to the older one, and not read there, counts as lost."""
    kernel_id, session_id = open_kernel(lab), uuid.uuid4().hex
    with lab.connect(kernel_id, session_id) as older:
        ident = older.send(PRINTING)
        begun = older.printed(ident, until="line 10")
        # More has arrived that nobody will read.
        select.select([older.socket.fileno()], [], [], 10)  # type: ignore[no-untyped-call]
        with lab.connect(kernel_id, session_id) as newer:
            [rest] = whole(newer, ident)
    first = int(rest.split("\n")[0].removeprefix("line "))
    assert first <= len(begun.splitlines())
    assert rest.splitlines() == numbered(LINES)[first:]


def test_a_cell_for_a_kernel_that_is_lost_runs_nowhere_and_its_notebook_is_told_first(
    gateway: GatewayProcess, yarn: LaunchingYarn, lab: LabProcess, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    with lab.connect(open_kernel(lab)) as notebook:
        notebook.run("x = 1")
        os.kill(gateway.pid, signal.SIGSTOP)
        [process] = yarn.processes.values()
        process.kill()
        notebook.send(f"open({str(trace)!r}, 'w').close()")
        gateway.stop(signal.SIGKILL)
        gateway.start()
        assert notebook.closing_code() == 4404
    [session] = lab.send("GET", "/api/sessions").json()
    assert session["kernel"]["execution_state"] == "dead"
    assert "variables" in session["kernel"]["reason"]
    with lab.connect(open_kernel(lab)) as notebook:
        assert notebook.run("print('x' in dir())") == "False\n"
    assert not trace.exists()
