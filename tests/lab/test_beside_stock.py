"""What Jupyter's own server does with kernels of a gateway where our Lab does otherwise."""

import signal
from contextlib import suppress

import pytest
import websocket
from harness.gateway import Channel
from harness.tcp_sockets import undelayed

from .conftest import KERNEL, Edge
from .lab_process import LabProcess

pytestmark = pytest.mark.daemons
BESIDE = pytest.mark.parametrize("stock", [True, False], ids=["stock", "ours"])
LARGE = 12_000_000


def lab_of_ada(edge: Edge, stock: bool) -> LabProcess:
    lab = edge.lab_of("ada")
    if stock:
        lab.without_our_configuration()
    return lab


@BESIDE
def test_a_restarted_lab_knows_its_notebooks_kernels_where_stock_leaves_them_behind(
    edge: Edge, stock: bool
) -> None:
    lab = lab_of_ada(edge, stock)
    kernel_id = str(lab.open_notebook("a.ipynb", KERNEL)["kernel"]["id"])
    # Told to stop in peace, stock ends its kernels; ours are left to the next one then as well.
    lab.stop(signal.SIGKILL)
    lab.start()
    assert edge.gateway.client("ada").kernel_ids() == [kernel_id]
    found = [session["kernel"]["id"] for session in lab.send("GET", "/api/sessions").json()]
    assert found == ([] if stock else [kernel_id])


@BESIDE
def test_one_large_message_comes_whole_where_stock_loses_it_with_its_connection(
    edge: Edge, stock: bool
) -> None:
    lab = lab_of_ada(edge, stock)
    kernel_id = str(lab.open_notebook("a.ipynb", KERNEL)["kernel"]["id"])
    with lab.connect_by_json(kernel_id).joined() as notebook:
        ident = notebook.send(f"print('x' * {LARGE})")
        assert printed_before_a_later_cell(notebook, ident) == ([] if stock else [LARGE + 1])
    assert ("Lost connection to Gateway" in lab.log.read_text()) is stock


def printed_before_a_later_cell(notebook: Channel, ident: str) -> list[int]:
    """How long the cell's outputs are that came before the end of a later one.

    That is sent again until one has run: a connection that is lost takes some along.
    """
    sizes: list[int] = []
    later: set[str] = set()
    notebook.socket.settimeout(1)
    while True:
        later.add(notebook.send("pass"))
        with suppress(websocket.WebSocketTimeoutException):
            while True:
                message = notebook.receive()
                parent, content = message["parent_header"].get("msg_id"), message["content"]
                if parent == ident and message["msg_type"] == "stream":
                    sizes.append(len(content["text"]))
                # Not by its answer: that may overtake the output.
                if parent in later and content.get("execution_state") == "idle":
                    return sizes


@BESIDE
def test_messages_are_sent_to_the_browser_at_once_where_stock_lets_them_wait(edge: Edge, stock: bool) -> None:
    lab = lab_of_ada(edge, stock)
    kernel_id = str(lab.open_notebook("a.ipynb", KERNEL)["kernel"]["id"])
    with lab.connect_by_json(kernel_id).joined() as notebook:
        notebook.run("1")
        assert notebook.socket.sock is not None
        browser = notebook.socket.sock.getsockname()[1]
        assert undelayed(lab.pid, remote_port=browser) == [not stock]
