"""When there are spares and when there are none, on real YARN: room, time, people, crashes."""

import contextlib
import json
import signal
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness.spare_gateway import StartGateway, own_kernelspecs
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import write_kernelspec
from kubeyard_kernelspecs.container_sizes import driver_container_mb
from kubeyard_kernelspecs.launcher.listener import sign
from kubeyard_yarn.applications import FinalStatus
from kubeyard_yarn.room import free_mb

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(420)]


def test_a_spare_nobody_takes_ends_with_its_time(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start(KUBEYARD_GATEWAY_SPARE_TTL_SECONDS="6")
    ada = gateway.client("ada")
    gateway.want(ada)
    (spare,) = wait_until(lambda: running(gateway.spares(ada)), "a spare has reported", 60)
    assert gateway.until_gone(ada) == "its spare was not used for 6 s"
    gateway.until_ended(spare)
    # Its person works on, and still gets no other before he starts something.
    assert ada.send("PUT", "/api/spares").status_code == 204
    assert gateway.spares(ada) == []


def running(spares: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of which the application's name is known."""
    return [spare for spare in spares if spare["application_id"]]


def test_who_has_gone_leaves_no_spare(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start(KUBEYARD_GATEWAY_SPARE_GONE_SECONDS="3")
    ada, bob = gateway.client("ada"), gateway.client("bob")
    silent, left = gateway.warm(ada), gateway.warm(bob)
    assert bob.send("DELETE", "/api/spares").status_code == 204
    assert gateway.reason(bob) == "its person had left"
    assert gateway.until_gone(ada) == "its person had gone"
    for spare in (silent, left):
        assert gateway.until_ended(spare) is FinalStatus.SUCCEEDED


def test_after_a_start_the_next_spare_comes_by_itself(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start(KUBEYARD_GATEWAY_SPARE_REFILL_SECONDS="1")
    ada = gateway.client("ada")
    first = gateway.warm(ada)
    assert ada.start(yarn.spec.name) == first["id"]
    second = gateway.until_warm(ada)
    assert second["id"] != first["id"]
    assert ada.start(yarn.spec.name) == second["id"]


def test_without_room_beside_it_a_spare_is_smaller_or_none(start: StartGateway, yarn: YarnGateway) -> None:
    # Room for a driver and for half an executor, and what stays free besides.
    reserve_mb = free_mb(yarn.resource_manager, yarn.spec.queue) - driver_container_mb(yarn.spec) - 300
    settings = {
        "KUBEYARD_GATEWAY_SPARE_FORM": "executor",
        "KUBEYARD_GATEWAY_SPARE_RESERVE_MB": str(reserve_mb),
    }
    gateway = start(**settings)
    ada, bob = gateway.client("ada"), gateway.client("bob")
    assert gateway.warm(ada)["form"] == "driver"
    gateway.want(bob)
    assert gateway.until_gone(bob) == f"queue {yarn.spec.queue} had no room for a spare"
    assert gateway.spares(bob) == []
    # What spares have to leave free is for kernels that somebody waits for, and they say why they were cold.
    model = gateway.model(bob, bob.start(yarn.spec.name))
    assert (model["warm"], model["cold_reason"]) == (
        False,
        f"queue {yarn.spec.queue} had no room for a spare",
    )


def test_a_spare_is_given_up_before_anybody_waits_for_its_memory(
    start: StartGateway, yarn: YarnGateway, tmp_path: Path
) -> None:
    gateway = start(**own_kernelspecs(tmp_path / "specs", yarn.spec))
    ada, bob = gateway.client("ada"), gateway.client("bob")
    spare = gateway.warm(ada)
    available_mb = yarn.resource_manager.metrics().memory_available_mb
    # More than is free beside the spare, and not more than without it.
    large_mb = available_mb + driver_container_mb(yarn.spec) // 2
    large = replace(yarn.spec, name="kubeyard.large", executors=0, driver_memory_mb=int(large_mb / 1.2))
    write_kernelspec(tmp_path / "specs", large)
    kernel_id = bob.start(large.name)
    with bob.connect(kernel_id) as channel:
        assert channel.run("6 * 7") == "42"
    assert gateway.until_ended(spare) is FinalStatus.KILLED
    assert gateway.reason(ada) == "its spare was given up for others who waited for memory"


def test_a_gateway_that_was_killed_leaves_its_spares_to_the_next(
    start: StartGateway, yarn: YarnGateway
) -> None:
    gateway = start()
    ada = gateway.client("ada")
    spare = gateway.warm(ada)
    gateway.process.stop(signal.SIGKILL)
    gateway.process.start()
    assert ada.kernel_ids() == []
    assert gateway.until_warm(ada)["application_id"] == spare["application_id"]
    kernel_id = ada.start(yarn.spec.name)
    assert gateway.model(ada, kernel_id)["application_id"] == spare["application_id"]
    gateway.process.stop(signal.SIGKILL)
    gateway.process.start()
    assert ada.kernel_ids() == [kernel_id]
    assert gateway.spares(ada) == []
    assert gateway.model(ada, kernel_id)["warm"] is True


def test_spares_records_are_for_the_gateways_eyes_only(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start()
    spare = gateway.warm(gateway.client("ada"))
    folder = gateway.process.folder / "state" / "spares"
    record = folder / f"{spare['id']}.json"
    assert json.loads(record.read_text())["spare"] is True
    assert [path.stat().st_mode & 0o077 for path in (folder, record)] == [0, 0]


def test_a_warm_up_that_fails_does_not_cost_the_session(start: StartGateway, yarn: YarnGateway) -> None:
    # In clear, a test can speak to a kernel as its gateway does.
    gateway = start(KUBEYARD_GATEWAY_SPARE_FORM="executor", KUBEYARD_GATEWAY_KERNEL_ENCRYPTION="none")
    ada = gateway.client("ada")
    gateway.want(ada)
    folder = gateway.process.folder / "state" / "spares"
    (record,) = wait_until(lambda: list(folder.glob("*.json")), "the spare has reported", 60)
    told = json.loads(record.read_text())

    def failed() -> bool:
        """Whether cancelling all jobs has hit the warm-up; between two jobs there is none to hit."""
        with contextlib.suppress(OSError):
            interrupt(told)
        return any(spare["state"] == "failed" for spare in gateway.spares(ada))

    wait_until(failed, "the warm-up has failed", 60, 0.3)
    kernel_id = ada.start(yarn.spec.name)
    assert gateway.model(ada, kernel_id)["warm"] is True
    with ada.connect(kernel_id) as channel:
        assert channel.run("spark.range(5).count()").endswith("5")


def interrupt(record: dict[str, Any]) -> None:
    """Interrupt a kernel as its gateway does."""
    process = record["process"]
    body = json.dumps({"signum": int(signal.SIGINT), "number": time.time_ns()})
    mac = sign(record["connection"]["key"].encode(), body)
    with socket.create_connection((process["comm_ip"], process["comm_port"]), 5) as connection:
        connection.sendall(json.dumps({"body": body, "mac": mac}).encode())
        connection.shutdown(socket.SHUT_WR)
        connection.recv(16)
