"""A person opens a Lab and, a little later, a notebook: Spark answers its first cell at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.scripted_server import ScriptedServer
from harness.spare_gateway import WARM_SECONDS, SpareGateway, StartGateway, stages
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway
from lab.lab_process import LabProcess
from lab.token_exchange import TokenExchange

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]


@pytest.fixture
def gateway(start: StartGateway) -> SpareGateway:
    """Its spares have an executor, and nobody but Labs asks it for any."""
    return start(KUBEYARD_GATEWAY_SPARE_FORM="executor")


@pytest.fixture
def adas_lab(gateway: SpareGateway, tmp_path: Path) -> Iterator[LabProcess]:
    with ScriptedServer(TokenExchange(gateway.process)) as server:
        lab = LabProcess(tmp_path / "lab-of-ada", gateway.process.url, server.url, "hub-token-of-ada")
        lab.start()
        yield lab
        lab.stop()


def test_the_first_notebook_of_a_lab_gets_a_warm_kernel(
    yarn: YarnGateway, gateway: SpareGateway, adas_lab: LabProcess
) -> None:
    ada = gateway.client("ada")

    def warm() -> list[dict[str, Any]]:
        return [spare for spare in gateway.spares(ada) if spare["state"] == "warm"]

    (spare,) = wait_until(warm, "the Lab's start has brought a warm spare", 2 * WARM_SECONDS, 0.3)
    kernel = adas_lab.open_notebook("first.ipynb", yarn.spec.name)["kernel"]
    model = gateway.model(ada, kernel["id"])
    assert (kernel["id"], model["application_id"]) == (spare["id"], spare["application_id"])
    assert (model["warm"], model["cold_reason"]) == (True, "")
    assert stages(model) == ["requested", "claimed", "ready", "spark"]
    with adas_lab.connect(kernel["id"]) as notebook:
        # A cell that has to wait for Spark says that first.
        said = notebook.run("print(spark.range(10**6).selectExpr('sum(id)').first()[0])")
    assert said == "499999500000\n"
