"""A start that asks something of Spark does not take a spare, which was made without."""

from pathlib import Path
from typing import Any

import pytest
from harness.gateway import Gateways
from harness.launched_kernels import LaunchingYarn
from harness.scripted_server import Answer, Asked, as_json
from harness.scripted_yarn import SPEC, gateway_before
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
QUEUE = {"queueName": SPEC.queue, "state": "RUNNING", "absoluteMaxCapacity": 100.0}


class RoomyYarn(LaunchingYarn):
    """Has room for spares, and tells so."""

    def _manager(self, asked: Asked, path: str) -> Answer:
        match path:
            case "/scheduler":
                root = {"type": "capacityScheduler", "queueName": "root", "queues": {"queue": [QUEUE]}}
                return as_json({"scheduler": {"schedulerInfo": root}})
            case "/metrics":
                return as_json({"clusterMetrics": {"totalMB": 65536, "availableMB": 65536}})
        return super()._manager(asked, path)


def test_a_start_with_options_leaves_its_spare_and_says_why(start_gateway: Gateways, tmp_path: Path) -> None:
    yarn = RoomyYarn(tmp_path)
    try:
        with gateway_before(yarn, start_gateway, tmp_path) as gateway:
            ada = gateway.client("ada")
            wish = {"KERNEL_SPARK_OPTIONS": '{"spark.sql.shuffle.partitions": 8}'}

            def started(environment: dict[str, str]) -> Any:
                kernel_id = ada.start(SPEC.name, environment)
                return ada.send("GET", f"/api/kernels/{kernel_id}").json()["kubeyard"]

            def spare() -> Any:
                return ada.send("GET", "/api/spares").json()["spares"]

            assert ada.send("POST", "/api/spares", {"name": SPEC.name}).status_code == 202
            wait_until(lambda: "spare_started" in gateway.log.read_text(), "a spare waits for her", 60)
            [left] = spare()
            cold = started(wish)
            assert (cold["warm"], cold["cold_reason"]) == (
                False,
                "this start has Spark options of its own, which its spare does not have",
            )
            assert cold["application_id"] != left["application_id"]
            warm = started({})
            assert (warm["warm"], warm["application_id"]) == (True, left["application_id"])
    finally:
        yarn.close()
