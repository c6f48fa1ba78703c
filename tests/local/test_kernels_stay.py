"""Restarting the gateway keeps people's kernels. (That stopping the platform ends them: test_stopping.)"""

import pytest
from harness.platform import Platform
from harness.platform_kernels import KERNELSPEC, active, client
from kubeyard_local.supervision import Supervisor

pytestmark = [pytest.mark.daemons, pytest.mark.timeout(900)]


def test_a_restarted_gateway_keeps_kernels(platform: Platform) -> None:
    guest = client(platform, "guest")
    kernel_id = guest.start(KERNELSPEC)
    with guest.connect(kernel_id) as channel:
        channel.run("kept = 41")
    before = active(platform, "guest")
    first = Supervisor(platform.home / "run" / "supervisor.sock").state("gateway").pid
    restarted = platform.run("restart", "gateway", timeout_seconds=600)
    assert restarted.returncode == 0, restarted.stdout + restarted.stderr
    assert Supervisor(platform.home / "run" / "supervisor.sock").state("gateway").pid != first
    assert set(before) <= set(active(platform, "guest"))
    assert kernel_id in guest.kernel_ids()
    with guest.connect(kernel_id) as channel:
        assert channel.run("kept + 1") == "42"
    assert guest.send("DELETE", f"/api/kernels/{kernel_id}").status_code == 204
