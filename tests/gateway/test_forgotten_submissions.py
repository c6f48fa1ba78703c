"""A ResourceManager that ended before it had stored a submission knows nothing of it afterwards."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.gateway import GatewayProcess, Gateways
from harness.scripted_server import ScriptedServer
from harness.scripted_yarn import SPEC, ScriptedYarn, connection, report, spark_folders
from kubeyard_kernelspecs import write_kernelspec

pytestmark = pytest.mark.slow


class ForgetfulYarn(ScriptedYarn):
    """Forgets the first submissions, whose containers it never started."""

    def __init__(self, forgets: int) -> None:
        super().__init__()
        self._forgets = forgets
        self.submitted = 0
        self.runs(self._run)

    def _run(self, number: int, told: dict[str, Any]) -> None:
        self.submitted += 1
        if self.submitted <= self._forgets:
            self._rows.popitem()
        else:
            report(told, connection())


@pytest.fixture
def yarn(request: pytest.FixtureRequest) -> ForgetfulYarn:
    return ForgetfulYarn(request.param)


@pytest.fixture
def gateway(yarn: ForgetfulYarn, start_gateway: Gateways, tmp_path: Path) -> Iterator[GatewayProcess]:
    with ScriptedServer(yarn) as server:
        here = {"KUBEYARD_RM_URLS": server.url, "KUBEYARD_HTTPFS_URL": server.url}
        ends = {"KUBEYARD_GATEWAY_STOP_TIMEOUT_SECONDS": "1", "KUBEYARD_GATEWAY_SPARES": "0"}
        process = start_gateway(**here, **spark_folders(tmp_path), **ends)
        write_kernelspec(process.folder / "kernelspecs", SPEC)
        yield process
        process.stop()


@pytest.mark.parametrize("yarn", [1], indirect=True)
def test_a_submission_that_yarn_forgot_is_made_once_more(
    gateway: GatewayProcess, yarn: ForgetfulYarn
) -> None:
    ada = gateway.client("ada")
    kernel_id = ada.start(SPEC.name)
    assert ada.kernel_ids() == [kernel_id]
    assert yarn.submitted == 2
    assert [f"kernel:{kernel_id}" in row["applicationTags"] for row in yarn.applications] == [True]


@pytest.mark.parametrize("yarn", [9], indirect=True)
def test_one_that_is_forgotten_again_is_refused_with_the_reason(
    gateway: GatewayProcess, yarn: ForgetfulYarn
) -> None:
    answer = gateway.client("ada").send("POST", "/api/kernels", {"name": SPEC.name})
    assert answer.status_code == 503
    assert "YARN does not know its application any more" in answer.json()["reason"]
    assert yarn.submitted == 2
