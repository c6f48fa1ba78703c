"""What stock Enterprise Gateway 3.3.0 gets wrong on the same YARN, where one run shows it; ours does not.

Each test shows first what stock does: were it mended, the test would say so.
"""

import json
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from harness.gateway import GatewayProcess, Gateways, KernelClient
from harness.platform import Platform
from harness.spark_job import STEPS, interrupted
from harness.stock import KEEPS_RECORDS, USER, Stock
from harness.tcp_sockets import undelayed
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_yarn.applications import ACTIVE_STATES, Application, ApplicationState

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(600)]
# What people do where `spark` is broken.
OWN_SESSION = "from pyspark.sql import SparkSession\nsc = SparkSession.builder.getOrCreate().sparkContext"


def say(record: dict[str, Any], request: dict[str, Any]) -> None:
    """Send a request to a kernel's control port, as anybody on the network can."""
    process = record["process_info"]
    with socket.create_connection((process["comm_ip"], process["comm_port"]), 10) as connection:
        connection.sendall(json.dumps(request).encode())


def test_spark_is_there_where_stock_leaves_it_broken(
    stock: Stock, yarn: YarnGateway, ada: KernelClient
) -> None:
    count = "spark.range(3).count()"
    assert "was not initialized properly" in stock.run(stock.start(), count)
    with ada.connect(ada.start(yarn.spec.name)) as channel:
        assert channel.run(count).endswith("3")
        assert channel.run("sc.parallelize([1, 2]).sum()") == "3"
        assert channel.run("sql('select 40 + 2 as n').first().n") == "42"


def test_an_interrupt_ends_the_spark_job_where_stock_waits_for_its_end(
    stock: Stock, yarn: YarnGateway, ada: KernelClient, steps: Path
) -> None:
    kernel_id = stock.start()
    stock.run(kernel_id, OWN_SESSION)
    interrupted(stock.client, kernel_id, steps)
    assert len(list(steps.iterdir())) == STEPS
    for step in steps.iterdir():
        step.unlink()
    kernel_id = ada.start(yarn.spec.name)
    assert "KeyboardInterrupt" in interrupted(ada, kernel_id, steps)
    assert len(list(steps.iterdir())) < STEPS
    with ada.connect(kernel_id) as channel:
        assert channel.run("sc.parallelize([1, 2]).sum()") == "3"


def test_nobody_ends_a_kernel_by_its_control_port_as_with_stock(
    stock: Stock, yarn: YarnGateway, ada: KernelClient
) -> None:
    kernel_id = stock.start()
    say(json.loads(stock.record(kernel_id).read_text())[kernel_id], {"signum": int(signal.SIGKILL)})
    wait_until(lambda: stock.application(kernel_id).state.is_final, "stock's kernel is dead", 60)
    kernel_id = ada.start(yarn.spec.name)
    record = yarn.process.folder / "state" / "kernel_sessions" / f"{kernel_id}.json"
    say(json.loads(record.read_text())[kernel_id], {"signum": int(signal.SIGKILL)})
    with ada.connect(kernel_id) as channel:
        assert channel.run("6 * 7") == "42"


def test_a_kernels_key_is_nobody_elses_to_read_as_with_stock(
    stock: Stock, yarn: YarnGateway, ada: KernelClient, platform: Platform
) -> None:
    def logs_with_the_key(application: Application, record: Path, kernel_id: str) -> list[Path]:
        key = json.loads(record.read_text())[kernel_id]["connection_info"]["key"].encode()
        logs = (platform.home / "hadoop").rglob(f"{application.id}/*/*")
        return [log for log in logs if log.is_file() and key in log.read_bytes()]

    kernel_id = stock.start()
    record = stock.record(kernel_id)
    assert record.stat().st_mode & 0o044
    assert logs_with_the_key(stock.application(kernel_id), record, kernel_id)
    kernel_id = ada.start(yarn.spec.name)
    record = yarn.process.folder / "state" / "kernel_sessions" / f"{kernel_id}.json"
    assert record.stat().st_mode & 0o077 == 0
    found = logs_with_the_key(yarn.application(kernel_id), record, kernel_id)
    # Its own folder, which is the container's account's alone, has the connection file.
    assert {path.name for path in found} <= {"connection.json"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in found)


def test_a_killed_gateway_finds_its_kernel_again_where_stock_forgets_it_and_leaves_it_running(
    stock: Stock, yarn: YarnGateway, own: GatewayProcess
) -> None:
    kernel_id = stock.start()
    stock.process.stop(signal.SIGKILL)
    stock.process.start(**KEEPS_RECORDS)
    assert stock.client.kernel_ids() == []
    assert stock.application(kernel_id).state in ACTIVE_STATES
    ada = own.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    own.stop(signal.SIGKILL)
    own.start()
    assert ada.kernel_ids() == [kernel_id]


def test_a_gateway_that_is_stopped_leaves_its_kernels_where_stock_kills_them(
    stock: Stock, yarn: YarnGateway, own: GatewayProcess
) -> None:
    kernel_id = stock.start()
    stock.process.stop()
    wait_until(lambda: stock.application(kernel_id).state is ApplicationState.KILLED, "stock's is killed", 30)
    ada = own.client("ada")
    kernel_id = ada.start(yarn.spec.name)
    own.stop()
    own.start()
    with ada.connect(kernel_id) as channel:
        assert channel.run("6 * 7") == "42"


@pytest.mark.parametrize("form", ["$(touch {marker})", "& touch {marker} #", "| touch {marker} #"])
def test_no_word_of_a_client_is_run_by_a_shell_as_with_stock(
    stock: Stock, yarn: YarnGateway, ada: KernelClient, steps: Path, form: str
) -> None:
    marker = steps / "by-a-shell"
    words = {"KERNEL_EXTRA_SPARK_OPTS": form.format(marker=marker)}
    # What follows the second and third form is cut off, and no kernel comes of it.
    brief = USER | words | {"KERNEL_LAUNCH_TIMEOUT": "30"}
    stock.client.send("POST", "/api/kernels", {"name": "stock", "env": brief})
    assert marker.exists()
    marker.unlink()
    kernel_id = ada.start(yarn.spec.name, words)
    assert not marker.exists()
    with ada.connect(kernel_id) as channel:
        assert channel.run("import os; 'KERNEL_EXTRA_SPARK_OPTS' in os.environ") == "False"


def test_a_start_uses_its_own_users_environment_where_stock_uses_anothers(
    stock: Stock, yarn: YarnGateway, ada: KernelClient, bob: KernelClient
) -> None:
    """Stock starts a kernel in the environment of whoever waits for another at that moment."""
    starting = threading.Thread(target=stock.start)
    starting.start()
    wait_until(psutil.Process(stock.process.pid).children, "stock submits ada's kernel", 30, 0.02)
    answer = stock.client.send("POST", "/api/kernels", {"name": "stock"})
    starting.join()
    # Whoever asked did not say so.
    assert stock.application(answer.json()["id"]).owner == "ada"
    starting = threading.Thread(target=ada.start, args=(yarn.spec.name,))
    starting.start()
    kernel_id = bob.start(yarn.spec.name)
    starting.join()
    assert yarn.application(kernel_id).owner == "bob"
    with bob.connect(kernel_id) as channel:
        assert channel.run("import os; os.environ['KERNEL_USERNAME']") == "'bob'"


def test_an_idle_connection_on_the_report_port_stalls_no_start_as_with_stock(
    stock: Stock, yarn: YarnGateway, ada: KernelClient
) -> None:
    wish = {"name": "stock", "env": USER | {"KERNEL_LAUNCH_TIMEOUT": "40"}}
    with socket.create_connection(("127.0.0.1", stock.process.report_port), 10):
        assert stock.client.send("POST", "/api/kernels", wish).status_code >= 500
    host, port = yarn.process.environment["KUBEYARD_GATEWAY_RESPONSE"].split(":")
    with socket.create_connection((host, int(port)), 10):
        assert ada.start(yarn.spec.name)


def test_messages_are_sent_at_once_and_an_idle_gateway_rests_where_stock_does_neither(
    stock: Stock, yarn: YarnGateway, ada: KernelClient
) -> None:
    kernel_id = stock.start()
    assert sent_at_once(stock.process.pid, stock.client, kernel_id) == [False]
    # Its loop accepts each five milliseconds, for as long as there is a kernel.
    assert wake_ups(stock.process.pid) > 150
    kernel_id = ada.start(yarn.spec.name)
    assert sent_at_once(yarn.process.pid, ada, kernel_id) == [True]
    assert wake_ups(yarn.process.pid) < 50


def sent_at_once(pid: int, client: KernelClient, kernel_id: str) -> list[bool]:
    with client.connect(kernel_id) as channel:
        channel.run("1")
        assert channel.socket.sock is not None
        own = channel.socket.sock.getsockname()[1]
        return undelayed(pid, local_port=urlsplit(client.url).port or 0, remote_port=own)


def wake_ups(pid: int) -> float:
    """How often a second the process has let go of the processor and come back, over some seconds."""
    process, begin = psutil.Process(pid), time.monotonic()
    before = process.num_ctx_switches().voluntary
    wait_until(lambda: time.monotonic() - begin > 5, "five seconds have passed", 20, 0.5)
    return (process.num_ctx_switches().voluntary - before) / (time.monotonic() - begin)


def test_the_resourcemanagers_documented_address_works_where_it_stops_stock(
    installed: Any, yarn: YarnGateway, start_own: Gateways
) -> None:
    rm_url = yarn.process.environment["KUBEYARD_RM_URLS"].split(",")[0]
    installed.start(EG_YARN_ENDPOINT=f"{rm_url}/ws/v1/cluster")
    try:
        answer = KernelClient(installed.url, "").send("POST", "/api/kernels", {"name": "stock", "env": USER})
    finally:
        installed.stop()
    assert answer.status_code >= 500
    assert "No active RMs found" in answer.text + installed.log.read_text()
    ada = start_own(KUBEYARD_RM_URLS=f"{rm_url}/ws/v1/cluster").client("ada")
    with ada.connect(ada.start(yarn.spec.name)) as channel:
        assert channel.run("6 * 7") == "42"
