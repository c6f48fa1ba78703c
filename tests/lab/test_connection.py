"""A notebook's connection to its kernel, through the Lab and the real gateway."""

import psutil
import pytest
from harness.tcp_sockets import undelayed
from harness.waiting import wait_until

from .conftest import KERNEL, Edge
from .lab_process import V1, LabProcess

pytestmark = pytest.mark.daemons


def start(lab: LabProcess, path: str = "a.ipynb") -> str:
    return str(lab.open_notebook(path, KERNEL)["kernel"]["id"])


def sockets_to(lab: LabProcess, edge: Edge) -> int:
    """How many of the Lab's sockets lead to the gateway, whatever their state."""
    port = int(edge.gateway.url.rpartition(":")[2])
    return sum(
        1 for one in psutil.Process(lab.pid).net_connections("tcp") if one.raddr and one.raddr.port == port
    )


def test_cell_runs_by_the_browsers_own_protocol(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    with lab.connect(start(lab)) as notebook:
        assert notebook.protocol == V1
        assert notebook.run("print(6 * 7)") == "42\n"


def test_no_cell_is_lost_while_tokens_end_under_an_open_notebook(edge: Edge) -> None:
    edge.exchange.lifetime_seconds = 2.0
    lab = edge.lab_of("ada")
    with lab.connect(start(lab)) as notebook:
        notebook.run("import time")
        sent = [notebook.send(f"time.sleep(0.1); print({number})") for number in range(60)]
        assert [notebook.printed(ident) for ident in sent] == [f"{number}\n" for number in range(60)]
    assert edge.gateway.log.read_text().count("websocket_expired") >= 2


def test_provider_away_for_longer_than_a_token_lives_loses_no_cell(edge: Edge) -> None:
    edge.exchange.lifetime_seconds = 2.0
    lab = edge.lab_of("ada")
    with lab.connect(start(lab)) as notebook:
        notebook.run("x = 41")
        edge.exchange.away.set()
        wait_until(lambda: "gateway refused" in lab.log.read_text(), "the gateway refused the old token")
        waiting = notebook.send("print(x + 1)")
        edge.exchange.away.clear()
        assert notebook.printed(waiting) == "42\n"


def test_large_output_and_large_input_pass(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    with lab.connect(start(lab)) as notebook:
        assert len(notebook.run("print('x' * 12_000_000)")) == 12_000_001
        assert notebook.run(f"print(len({'y' * 12_000_000!r}))") == "12000000\n"


def test_small_messages_are_sent_at_once_on_both_sides_of_the_lab(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    with lab.connect(start(lab)) as notebook:
        notebook.run("1")
        assert notebook.socket.sock is not None
        browser = notebook.socket.sock.getsockname()[1]
        assert undelayed(lab.pid, remote_port=browser) == [True]
        ways = undelayed(lab.pid, remote_port=int(edge.gateway.url.rpartition(":")[2]))
        assert ways
        assert all(ways)


def test_notebooks_that_come_and_go_leave_no_socket(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    kernel_id = start(lab)
    with lab.connect(kernel_id) as notebook:
        notebook.run("1")
    wait_until(lambda: sockets_to(lab, edge) == 0, "no socket is left")
    for _ in range(10):
        lab.connect(kernel_id).socket.close()
    wait_until(lambda: sockets_to(lab, edge) == 0, "no socket of a handshake cut short is left")


def test_kernel_stopped_from_elsewhere_is_shown_dead_with_a_reason_and_then_let_go(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    kernel_id = start(lab)
    with lab.connect(kernel_id) as notebook:
        notebook.run("x = 1")
        assert edge.gateway.client("ada").send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
        # A browser asks for its kernels each ten seconds: that finds out.
        wait_until(
            lambda: lab.send("GET", "/api/kernels").json()[0]["execution_state"] == "dead", "the Lab knows"
        )
        assert notebook.closing_code() == 4404
    assert [session["path"] for session in lab.send("GET", "/api/sessions").json()] == ["a.ipynb"]
    told = lab.send("GET", f"/api/kernels/{kernel_id}").json()
    assert told["execution_state"] == "dead"
    assert "variables are lost" in told["reason"]
    assert lab.send("GET", "/api/sessions").json() == []


def test_kernel_that_died_is_told_at_once_and_leaves_the_gateway(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    kernel_id = start(lab)
    with lab.connect(kernel_id) as notebook:
        notebook.send("import os; os._exit(3)")
        assert notebook.closing_code() == 4404
    assert lab.send("GET", f"/api/kernels/{kernel_id}").json()["execution_state"] == "dead"
    wait_until(lambda: edge.gateway.client("ada").kernel_ids() == [], "the gateway lets it go")
    with lab.connect(start(lab)) as notebook:
        assert notebook.run("print('x' in dir())") == "False\n"


def test_gateway_restart_ends_in_a_dead_kernel_not_in_silence(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    kernel_id = start(lab)
    with lab.connect(kernel_id) as notebook:
        notebook.run("x = 1")
        edge.gateway.stop()
        edge.gateway.start()
        assert notebook.closing_code() == 4404
    assert lab.send("GET", f"/api/kernels/{kernel_id}").json()["execution_state"] == "dead"


def test_refused_start_says_what_the_gateway_says(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    body = {"path": "a.ipynb", "name": "a", "type": "notebook", "kernel": {"name": "kubeyard.absent"}}
    answer = lab.send("POST", "/api/sessions", body)
    assert answer.status_code >= 400
    assert (
        answer.json()["message"]
        == "there is no kernel kubeyard.absent; it may have been deleted, choose another"
    )


def test_gateway_away_at_a_start_is_said_plainly(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    edge.gateway.stop()
    body = {"path": "a.ipynb", "name": "a", "type": "notebook", "kernel": {"name": KERNEL}}
    assert "gateway cannot be reached" in lab.send("POST", "/api/sessions", body).json()["message"]


def test_others_kernels_are_neither_listed_nor_reachable(edge: Edge) -> None:
    adas = start(edge.lab_of("ada"))
    lab = edge.lab_of("bob")
    assert lab.send("GET", "/api/kernels").json() == []
    body = {"path": "a.ipynb", "name": "a", "type": "notebook", "kernel": {"id": adas}}
    assert lab.send("POST", "/api/sessions", body).status_code >= 400
    assert lab.send("GET", "/api/sessions").json() == []


def test_lab_without_a_token_gets_no_kernel(edge: Edge) -> None:
    edge.exchange.away.set()
    lab = edge.lab_of("eve")
    answer = lab.send("GET", "/api/kernelspecs")
    assert answer.status_code == 503


def test_lab_ends_in_time_while_its_gateway_is_away(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    with lab.connect(start(lab)) as notebook:
        notebook.run("1")
        edge.gateway.stop()
        assert lab.stop() == 0


def test_log_holds_no_token(edge: Edge) -> None:
    lab = edge.lab_of("ada")
    with lab.connect(start(lab)) as notebook:
        notebook.run("1")
    log = lab.log.read_text()
    assert "hub-token-of" not in log
    assert "eyJ" not in log
