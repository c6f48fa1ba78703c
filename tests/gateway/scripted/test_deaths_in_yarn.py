"""Deaths and waits in YARN, told in plain words; what YARN says is scripted, all else is real."""

import threading
from pathlib import Path
from typing import Any

import pytest
from harness.failing_launch import broken_package, launch
from harness.gateway import GatewayProcess
from harness.scripted_yarn import SPEC, ScriptedYarn, connection, report
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
MEMORY = (
    "Application application_1_0001 failed 1 times due to AM Container exited with  exitCode: -104\n"
    "Container is running 209182720B beyond the 'PHYSICAL' memory limit. Current usage: 1.6 GB of 1.5 GB "
    "physical memory used; 4.4 GB of 2.1 GB virtual memory used. Killing container."
)
FULL = {
    "state": "ACCEPTED",
    "queue": "root.interactive",
    "diagnostics": "Queue's AM resource limit exceeded.",
}


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """It waits six seconds for a start."""
    return {"KUBEYARD_GATEWAY_LAUNCH_TIMEOUT_SECONDS": "6"}


def test_memory_kill_is_told_with_the_numbers_and_what_to_raise(
    gateway: GatewayProcess, yarn: ScriptedYarn
) -> None:
    yarn.runs(lambda number, told: report(told, connection()))
    ada = gateway.client("ada")
    kernel_id = ada.start(SPEC.name)
    yarn.applications[0].update(state="FAILED", finalStatus="FAILED", diagnostics=MEMORY)

    def death() -> Any:
        return ada.send("GET", f"/api/kernels/{kernel_id}").json()["kubeyard"].get("death")

    found = wait_until(death, "the gateway tells of the death", 30)
    assert found["cause"] == "memory"
    assert found["what"] == "It used 1.6 GB of memory and its container may have 1.5 GB, so YARN ended it."
    assert (
        f"driver memory of its environment kubeyard/spark (now {SPEC.driver_memory_mb} MiB)"
        in found["next_step"]
    )
    [ending] = [one for one in ada.send("GET", "/api/endings").json() if one["id"] == kernel_id]
    assert ending["application_id"] == yarn.applications[0]["id"]
    assert ending["reason"] == found


def test_start_tells_what_it_waits_for_and_its_place(gateway: GatewayProcess, yarn: ScriptedYarn) -> None:
    yarn.runs(lambda number, told: yarn.applications[number - 1].update(FULL))
    ada, bob = gateway.client("ada"), gateway.client("bob")
    answers: list[Any] = []

    def start(client: Any) -> None:
        answers.append(client.send("POST", "/api/kernels", {"name": SPEC.name}))

    threads = []
    for number, client in enumerate((ada, bob), start=1):
        threads.append(threading.Thread(target=start, args=(client,)))
        threads[-1].start()
        wait_until(lambda wanted=number: len(yarn.applications) == wanted, "it is submitted")  # type: ignore[misc]

    def his_place() -> Any:
        told = bob.send("GET", "/api/starts").json()
        return told[0]["place"] if told else None

    assert wait_until(lambda: his_place() == {"number": 2, "waiting": 2}, "he is the second")
    [told] = bob.send("GET", "/api/starts").json()
    assert told["kernelspec"] == SPEC.name
    assert "share of memory" in told["reason"]["what"]
    assert gateway.client("eve").send("GET", "/api/starts").json() == []
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [504, 504]
    assert all("share of memory that starting applications" in answer.json()["reason"] for answer in answers)
    assert bob.send("GET", "/api/starts").json() == []


def test_python_that_fails_as_it_starts_tells_its_traceback(
    gateway: GatewayProcess, yarn: ScriptedYarn, tmp_path: Path
) -> None:
    packages = broken_package(tmp_path)
    yarn.runs(lambda number, told: launch(told, packages))
    ada = gateway.client("ada")
    answer = ada.send("POST", "/api/kernels", {"name": SPEC.name})
    assert answer.status_code == 500
    assert "No module named 'a_package_that_is_not_there'" in answer.json()["reason"]
    traceback = answer.json()["traceback"]
    assert traceback.startswith("Traceback (most recent call last)")
    assert str(packages / "ipykernel") in traceback
    ending = ada.send("GET", "/api/endings").json()[0]
    assert ending["traceback"] == traceback
    assert ending["application_id"] == yarn.applications[0]["id"]
    assert ending["reason"]["cause"] == "start"


def test_application_that_fails_before_it_reports_is_told_in_plain_words(
    gateway: GatewayProcess, yarn: ScriptedYarn
) -> None:
    gone = {"state": "FAILED", "finalStatus": "FAILED", "diagnostics": "File does not exist: hdfs://x/envs/1"}
    yarn.runs(lambda number, told: yarn.applications[number - 1].update(gone))
    answer = gateway.client("ada").send("POST", "/api/kernels", {"name": SPEC.name})
    assert answer.status_code == 503
    assert "not in HDFS any more. Rebuild the kernel's environment" in answer.json()["reason"]
