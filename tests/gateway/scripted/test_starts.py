"""Starts in YARN that do not go as they should; what YARN and the container do is scripted."""

import json
import signal
import socket
import threading
from contextlib import ExitStack
from typing import Any

import pytest
from harness.gateway import GatewayProcess
from harness.scripted_yarn import SPEC, Container, ScriptedYarn, connection, report
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
TAKEN = {"error": "ZMQError: Address already in use (addr='tcp://127.0.0.1:5')"}


def in_turn(*reports: dict[str, Any]) -> Container:
    """Containers that report these, one after the other."""
    return lambda number, told: report(told, reports[number - 1])


def test_a_port_that_another_took_meanwhile_costs_a_second_try_and_no_start(
    gateway: GatewayProcess, yarn: ScriptedYarn
) -> None:
    yarn.runs(in_turn(TAKEN, connection()))
    ada = gateway.client("ada")
    kernel_id = ada.start(SPEC.name)
    assert [row["state"] for row in yarn.applications] == ["KILLED", "RUNNING"]
    assert all(f"kernel:{kernel_id}" in row["applicationTags"] for row in yarn.applications)
    model = ada.send("GET", f"/api/kernels/{kernel_id}").json()
    assert model["kubeyard"]["application_id"] == yarn.applications[1]["id"]


def test_a_port_that_is_taken_again_is_told(gateway: GatewayProcess, yarn: ScriptedYarn) -> None:
    yarn.runs(in_turn(TAKEN, TAKEN))
    answer = gateway.client("ada").send("POST", "/api/kernels", {"name": SPEC.name})
    assert answer.status_code == 500
    assert "Address already in use" in answer.json()["reason"]
    assert [row["state"] for row in yarn.applications] == ["KILLED", "KILLED"]


def test_a_launcher_that_fails_says_why_and_leaves_no_application(
    gateway: GatewayProcess, yarn: ScriptedYarn
) -> None:
    yarn.runs(in_turn({"error": "ModuleNotFoundError: No module named 'ipykernel'"}))
    ada = gateway.client("ada")
    before = ada.kernel_ids()
    answer = ada.send("POST", "/api/kernels", {"name": SPEC.name})
    assert answer.status_code == 500
    assert "No module named 'ipykernel'" in answer.json()["reason"]
    assert [row["state"] for row in yarn.applications] == ["KILLED"]
    assert ada.kernel_ids() == before


@pytest.mark.parametrize("key", ["", "no key", "~" * 40])
def test_a_report_without_a_key_for_the_encrypted_way_is_refused_in_words(
    gateway: GatewayProcess, yarn: ScriptedYarn, key: str
) -> None:
    yarn.runs(in_turn(connection() | {"curve_key": key}))
    answer = gateway.client("ada").send("POST", "/api/kernels", {"name": SPEC.name})
    assert answer.status_code == 502
    assert "told no key for the encrypted way" in answer.json()["reason"]
    assert [row["state"] for row in yarn.applications] == ["KILLED"]


def test_a_report_with_anothers_ticket_is_not_believed(gateway: GatewayProcess, yarn: ScriptedYarn) -> None:
    def container(_: int, told: dict[str, Any]) -> None:
        report({**told, "ticket": "guessed"}, connection("a key of the attacker's"))
        report({**told, "kernel_id": "00000000-0000-4000-8000-000000000000"}, connection("another's"))
        report(told, connection("the kernel's own"))

    yarn.runs(container)
    refused = gateway.log.read_text().count("report_refused")
    kernel_id = gateway.client("ada").start(SPEC.name)
    record = json.loads((gateway.folder / "state/kernel_sessions" / f"{kernel_id}.json").read_text())
    assert record[kernel_id]["connection_info"]["key"] == "the kernel's own"
    assert gateway.log.read_text().count("report_refused") == refused + 2


def test_spark_options_of_the_client_hold_for_restarts_and_the_next_gateway_too(
    gateway: GatewayProcess, yarn: ScriptedYarn
) -> None:
    yarn.runs(in_turn(connection(), connection()))
    ada = gateway.client("ada")
    kernel_id = ada.start(SPEC.name, {"KERNEL_SPARK_OPTIONS": '{"spark.sql.shuffle.partitions": 8}'})
    gateway.stop(signal.SIGKILL)
    gateway.start()
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    assert [row["properties"]["spark.sql.shuffle.partitions"] for row in yarn.applications] == ["8", "8"]


def test_a_spark_option_that_is_not_the_clients_to_give_is_refused_by_name(
    gateway: GatewayProcess, yarn: ScriptedYarn
) -> None:
    yarn.runs(in_turn(connection()))
    ada = gateway.client("ada")
    for name in ("spark.yarn.queue", "spark.yarn.keytab", "spark.files"):
        wish = {"name": SPEC.name, "env": {"KERNEL_SPARK_OPTIONS": json.dumps({name: "x"})}}
        answer = ada.send("POST", "/api/kernels", wish)
        assert answer.status_code == 400
        assert name in answer.json()["reason"]
    assert yarn.applications == []


def test_a_kernel_restarted_again_and_again_is_found_by_the_next_gateway(
    gateway: GatewayProcess, yarn: ScriptedYarn
) -> None:
    yarn.runs(in_turn(*(connection(f"key {number}") for number in range(3))))
    ada = gateway.client("ada")
    kernel_id = ada.start(SPEC.name)
    for _ in range(2):
        assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    gateway.stop(signal.SIGKILL)
    gateway.start()
    model = ada.send("GET", f"/api/kernels/{kernel_id}").json()
    assert model["kubeyard"]["application_id"] == yarn.applications[-1]["id"]
    record = gateway.folder / "state" / "kernel_sessions" / f"{kernel_id}.json"
    assert json.loads(record.read_text())[kernel_id]["connection_info"]["key"] == "key 2"
    assert record.stat().st_mode & 0o077 == 0


def test_idle_connections_on_the_report_port_hold_up_no_start(
    gateway: GatewayProcess, yarn: ScriptedYarn
) -> None:
    yarn.runs(in_turn(connection()))
    with ExitStack() as idle:
        host, port = gateway.environment["KUBEYARD_GATEWAY_RESPONSE"].split(":")
        held = [idle.enter_context(socket.create_connection((host, int(port)))) for _ in range(50)]
        assert gateway.client("ada").start(SPEC.name)
        # None of them had to be ended for it.
        held[0].settimeout(0.01)
        with pytest.raises(TimeoutError):
            held[0].recv(1)


def test_a_resourcemanager_that_never_answers_holds_up_nobody_else(
    gateway: GatewayProcess, yarn: ScriptedYarn
) -> None:
    yarn.runs(in_turn(connection(), connection()))
    ada, bob = gateway.client("ada"), gateway.client("bob")
    kernel_id = ada.start(SPEC.name)
    yarn.answers.clear()
    assert yarn.held.acquire(timeout=30), "the gateway has asked, and waits"
    # One who wants something of YARN waits for YARN, and for himself.
    asking = threading.Thread(target=ada.send, args=("POST", "/api/kernels", {"name": SPEC.name}))
    asking.start()
    assert yarn.held.acquire(timeout=30)
    for _ in range(50):
        assert kernel_id in ada.kernel_ids()
    local = bob.start("kubeyard.local")
    with bob.connect(local) as channel:
        whose = channel.joined().run("import os; os.environ['KERNEL_USERNAME']")
        assert whose == "'bob'", "and not in the environment of the start beside it"
    assert asking.is_alive(), "YARN has answered nothing all the while"
    yarn.answers.set()
    asking.join(60)
    wait_until(lambda: len(yarn.applications) > 1, "YARN has heard the other")
