"""What makes a start cold although there is a spare, on real YARN, and the reason that it tells."""

import contextlib
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness.spare_gateway import StartGateway, own_kernelspecs
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import write_kernelspec
from kubeyard_yarn.applications import FinalStatus

pytestmark = [pytest.mark.daemons, pytest.mark.long, pytest.mark.timeout(420)]


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "environment": (
        {"environment_hash": "f" * 64},
        "the environment was built anew after its spare was made",
    ),
    "size": (
        {"executor_memory_mb": 640},
        "its spare was made with executor_memory_mb 512, and 640 is wanted",
    ),
    "queue": ({"queue": "default"}, "its spare was made with queue interactive, and default is wanted"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_fixed_at_submission_makes_a_miss_that_says_why(
    start: StartGateway, yarn: YarnGateway, tmp_path: Path, change: str
) -> None:
    changed, reason = CHANGES[change]
    gateway = start(**own_kernelspecs(tmp_path / "specs", yarn.spec))
    ada = gateway.client("ada")
    spare = gateway.warm(ada)
    write_kernelspec(tmp_path / "specs", replace(yarn.spec, **changed))
    model = gateway.model(ada, ada.start(yarn.spec.name))
    assert (model["warm"], model["cold_reason"]) == (False, reason)
    assert model["application_id"] != spare["application_id"]
    assert gateway.until_ended(spare) is FinalStatus.SUCCEEDED


def test_a_kernelspec_that_was_not_used_last_is_a_miss(
    start: StartGateway, yarn: YarnGateway, tmp_path: Path
) -> None:
    other = replace(yarn.spec, name="kubeyard.other", display_name="Other")
    gateway = start(**own_kernelspecs(tmp_path / "specs", yarn.spec, other))
    ada = gateway.client("ada")
    gateway.warm(ada)
    model = gateway.model(ada, ada.start(other.name))
    assert model["cold_reason"] == f"its spare is of kernelspec {yarn.spec.name}"
    gateway.process.stop(signal.SIGKILL)
    gateway.process.start()
    assert gateway.warm(ada)["kernelspec"] == other.name


def test_a_start_joins_a_spare_that_is_on_its_way(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start()
    ada = gateway.client("ada")
    gateway.want(ada)
    wait_until(lambda: gateway.spares(ada), "a spare is on its way", 10, 0.05)
    kernel_id = ada.start(yarn.spec.name)
    assert gateway.model(ada, kernel_id)["warm"] is True
    with ada.connect(kernel_id) as channel:
        assert channel.run("spark.range(3).count()").endswith("3")


def test_other_spark_settings_of_the_platform_make_a_miss(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start()
    ada = gateway.client("ada")
    gateway.warm(ada)
    gateway.process.stop(signal.SIGKILL)
    gateway.process.environment["KUBEYARD_GATEWAY_SERIAL_GC_MB"] = "0"
    gateway.process.start()
    model = gateway.model(ada, ada.start(yarn.spec.name))
    assert model["cold_reason"] == "the platform's Spark settings changed after its spare was made"


def test_a_spare_that_died_is_a_cold_start_with_its_reason(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start()
    ada = gateway.client("ada")
    spare = gateway.warm(ada)
    yarn.resource_manager.kill(spare["application_id"], "killed by admin on the page")
    assert "killed by admin on the page" in gateway.until_gone(ada)
    model = gateway.model(ada, ada.start(yarn.spec.name))
    assert model["warm"] is False
    assert "killed by admin on the page" in model["cold_reason"]


def test_a_spare_that_does_not_answer_is_a_cold_start(start: StartGateway, yarn: YarnGateway) -> None:
    gateway = start()
    ada = gateway.client("ada")
    spare = gateway.warm(ada)
    kernel = kernel_process(spare["application_id"])
    os.kill(kernel, signal.SIGSTOP)
    try:
        kernel_id = ada.start(yarn.spec.name)
    finally:
        # It may have been ended for its silence already.
        with contextlib.suppress(ProcessLookupError):
            os.kill(kernel, signal.SIGCONT)
    model = gateway.model(ada, kernel_id)
    assert (model["warm"], model["cold_reason"]) == (False, "its spare did not answer")
    assert model["application_id"] != spare["application_id"]
    gateway.until_ended(spare)


def kernel_process(application_id: str) -> int:
    """The number of the Python kernel's process in the application's container on this machine."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_bytes()
            if b"kubeyard_launcher" in command and application_id in str((folder / "cwd").readlink()):
                return int(folder.name)
    raise AssertionError(f"no kernel of {application_id} runs on this machine")
