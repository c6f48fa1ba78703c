"""Stops, quotas and ports of stock Enterprise Gateway 3.3.0 and of ours, on the same YARN."""

import json
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.gateway import Gateways, KernelClient
from harness.stock import KEEPS_RECORDS, USER, Stock
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_yarn.applications import Application, FinalStatus

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(1200)]
STOPS = 10
# Four of eleven were killed: the third is the first as a rule, and none of ten once in a hundred times.
STOCKS_MOST_STOPS = 40
ONE_EACH = {"EG_MAX_KERNELS_PER_USER": "1"}
PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
# What stock's launcher does first; the kernel binds these ports a moment later.
STOCKS_CHOICE = "import json, launch_ipykernel; print(json.dumps(launch_ipykernel._select_ports(5, 0, 0)))"


def end_of(client: KernelClient, kernel_id: str, application: Callable[[str], Application]) -> FinalStatus:
    """Stop a kernel that has computed, and return how its application ended."""
    with client.connect(kernel_id) as channel:
        assert channel.run("6 * 7") == "42"
    assert client.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
    wait_until(lambda: application(kernel_id).state.is_final, "the application has ended", 60)
    return application(kernel_id).final_status


def test_stopped_kernels_end_well_where_stocks_are_killed_now_and_then(
    stock: Stock, yarn: YarnGateway, ada: KernelClient
) -> None:
    stocks = (end_of(stock.client, stock.start(), stock.application) for _ in range(STOCKS_MOST_STOPS))
    assert FinalStatus.KILLED in stocks
    ours = [end_of(ada, ada.start(yarn.spec.name), yarn.application) for _ in range(STOPS)]
    assert ours == [FinalStatus.SUCCEEDED] * STOPS


def test_a_limit_holds_after_a_restart_where_stock_forgets_it(
    stock: Stock, yarn: YarnGateway, start_own: Gateways, tmp_path: Path
) -> None:
    stock.process.stop()
    stock.process.start(**KEEPS_RECORDS, **ONE_EACH)
    stock.start()
    wish = {"name": "stock", "env": USER}
    assert stock.client.send("POST", "/api/kernels", wish).status_code == 403
    stock.process.stop(signal.SIGKILL)
    stock.process.start(**KEEPS_RECORDS, **ONE_EACH)
    assert stock.client.send("POST", "/api/kernels", wish).status_code == 201

    limits = tmp_path / "limits.json"
    limits.write_text(json.dumps({"set_by": "operations", "everyone": {"kernels": 1}}))
    own = start_own(KUBEYARD_GATEWAY_LIMITS_FILE=str(limits), KUBEYARD_GATEWAY_SPARES="0")
    ada = own.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    own.stop(signal.SIGKILL)
    own.start()
    refusal = ada.send("POST", "/api/kernels", {"name": yarn.spec.name})
    assert refusal.status_code == 403
    assert f"kernel {kernel_id[:8]}" in refusal.json()["reason"]


def is_free(address: str, port: int) -> bool:
    """Whether nobody listens there, so that anybody could take it."""
    with socket.socket() as taker:
        return taker.connect_ex((address, port)) != 0


def test_a_kernel_holds_each_port_that_it_names_where_stocks_names_ports_that_anybody_may_take(
    stock: Stock, yarn: YarnGateway, ada: KernelClient
) -> None:
    folder = stock.process.folder
    launcher = next(folder.rglob("launch_ipykernel.py"))
    command = (folder / "python" / "bin" / "python", "-c", STOCKS_CHOICE)
    done = subprocess.run(
        command, cwd=launcher.parent, capture_output=True, text=True, timeout=60, check=True
    )
    assert [is_free("127.0.0.1", port) for port in json.loads(done.stdout)] == [True] * 5
    kernel_id = ada.start(yarn.spec.name)
    record = yarn.process.folder / "state" / "kernel_sessions" / f"{kernel_id}.json"
    told = json.loads(record.read_text())[kernel_id]["connection_info"]
    assert [is_free(told["ip"], told[name]) for name in PORTS] == [False] * len(PORTS)
