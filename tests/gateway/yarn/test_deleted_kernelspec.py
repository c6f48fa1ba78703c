"""An environment is deleted under a running kernel: the kernel is its person's to end."""

import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest
from harness.gateway import GatewayProcess
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs import remove_kernelspec, write_kernelspec

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420)]
NAME = "ada.soon-deleted"


@pytest.fixture
def doomed(yarn: YarnGateway) -> Iterator[str]:
    """A kernelspec that the test deletes."""
    write_kernelspec(yarn.kernelspecs, replace(yarn.spec, name=NAME, owner="ada"))
    yield NAME
    remove_kernelspec(yarn.kernelspecs, NAME)


def test_a_kernel_whose_kernelspec_was_deleted_outlives_its_gateway(
    yarn: YarnGateway, own: GatewayProcess, doomed: str
) -> None:
    ada = own.client("ada")
    kernel_id = ada.start(doomed)
    with ada.connect(kernel_id) as channel:
        channel.run("kept = 41")
    remove_kernelspec(yarn.kernelspecs, doomed)
    for signum in (signal.SIGKILL, signal.SIGTERM):
        own.stop(signum)
        own.start()
    assert ada.kernel_ids() == [kernel_id]
    with ada.connect(kernel_id) as channel:
        assert channel.run("kept + 1") == "42"
    assert ada.send("POST", f"/api/kernels/{kernel_id}/interrupt").status_code == 204
    assert ada.send("POST", "/api/kernels", {"name": doomed}).status_code == 404
    assert ada.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
