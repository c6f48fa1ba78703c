"""A start that asks something of Spark does not take a spare, which was made without."""

import pytest
from harness.gateway import GatewayProcess
from harness.scripted_server import Answer, Asked, as_json
from harness.scripted_yarn import SPEC, ScriptedYarn, connection, report
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
QUEUE = {"queueName": SPEC.queue, "state": "RUNNING", "absoluteMaxCapacity": 100.0}
WISH = {"KERNEL_SPARK_OPTIONS": '{"spark.sql.shuffle.partitions": 8}'}


class RoomyYarn(ScriptedYarn):
    """Has room for spares, and tells so."""

    def _manager(self, asked: Asked, path: str) -> Answer:
        match path:
            case "/scheduler":
                root = {"type": "capacityScheduler", "queueName": "root", "queues": {"queue": [QUEUE]}}
                return as_json({"scheduler": {"schedulerInfo": root}})
            case "/metrics":
                return as_json({"clusterMetrics": {"totalMB": 65536, "availableMB": 65536}})
        return super()._manager(asked, path)


@pytest.fixture(scope="module")
def yarn() -> RoomyYarn:
    return RoomyYarn()


def test_a_start_with_options_leaves_its_spare_and_says_why(gateway: GatewayProcess, yarn: RoomyYarn) -> None:
    # Nobody listens there: a spare that answers, and says that its Spark did not start, would be ended.
    yarn.runs(lambda number, told: report(told, connection()))
    ada = gateway.client("ada")

    def cold_reason(environment: dict[str, str]) -> str:
        kernel_id = ada.start(SPEC.name, environment)
        return str(ada.send("GET", f"/api/kernels/{kernel_id}").json()["kubeyard"]["cold_reason"])

    assert ada.send("POST", "/api/spares", {"name": SPEC.name}).status_code == 202
    wait_until(lambda: "spare_started" in gateway.log.read_text(), "a spare waits for her", 60)
    assert cold_reason(WISH) == "this start has Spark options of its own, which its spare does not have"
    # Without them it is hers, and asked.
    assert cold_reason({}) == "its spare did not answer"
