"""What stock's own code does where ours does otherwise, shown without a cluster.

What needs one is in yarn/test_beside_stock.py.
"""

import json
import os
import resource
import subprocess
from pathlib import Path
from typing import Any

import pytest
from harness.gateway import GatewayProcess, Gateways, gateway_python
from harness.launched_kernels import LaunchingYarn
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.scripted_yarn import SPEC, gateway_before
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
SAVED_TWICE = """
from enterprise_gateway.services.sessions.kernelsessionmanager import KernelSessionManager
living = {"a-kernel": {"connection_info": {"key": b"secret"}}}
for _ in range(2):
    KernelSessionManager.pre_save_transformation(living)
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code of stock's, in the gateway's environment."""
    return subprocess.run(
        (gateway_python(), "-c", code),
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_kernel_is_recorded_twice_where_stock_spoils_its_own_memory_of_it(gateway: GatewayProcess) -> None:
    assert "AttributeError" in run(SAVED_TWICE).stderr
    ada = gateway.client("ada")
    kernel_id = ada.start("kubeyard.local")
    record = gateway.folder / "state" / "kernel_sessions" / f"{kernel_id}.json"

    def kept() -> Any:
        return json.loads(record.read_text())[kernel_id]["connection_info"]["key"]

    first = kept()
    # Recorded anew with each restart: a file that stayed would hide that it was not.
    record.unlink()
    assert ada.send("POST", f"/api/kernels/{kernel_id}/restart").status_code == 200
    assert kept() == first


SOCKETS = """
import zmq
from {module} import {kernels}
kernels = {kernels}()
print(kernels.context.get(zmq.MAX_SOCKETS))
"""
# Seven sockets each.
SOCKETS_OF_A_KERNEL = 7


def test_a_gateway_takes_more_than_the_kernels_that_stock_has_sockets_for() -> None:
    stocks = run(
        SOCKETS.format(
            module="enterprise_gateway.services.kernels.remotemanager", kernels="RemoteMappingKernelManager"
        )
    )
    assert int(stocks.stdout) // SOCKETS_OF_A_KERNEL < 170
    ours = run(SOCKETS.format(module="kubeyard_gateway.kernel_map", kernels="OwnedKernels"))
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert files >= 20_000, "this machine lets no process open as many files as a thousand kernels need"
    assert int(ours.stdout.splitlines()[-1]) // SOCKETS_OF_A_KERNEL > 1_000


# As Enterprise Gateway's own documents write it, and as it has to be written.
CULLED = """
from traitlets.config import Config
from enterprise_gateway.services.kernels.remotemanager import RemoteMappingKernelManager
for name in ("RemoteKernelManager", "MappingKernelManager"):
    print(RemoteMappingKernelManager(config=Config({name: {"cull_idle_timeout": 60}})).cull_idle_timeout)
"""


def test_idle_kernels_are_stopped_by_the_documented_setting_where_stock_ignores_it(
    start_gateway: Gateways, tmp_path: Path
) -> None:
    assert run(CULLED).stdout.split() == ["0", "60"]
    soon = {"KUBEYARD_GATEWAY_CULL_IDLE_SECONDS": "3", "KUBEYARD_GATEWAY_CULL_WARNING_SECONDS": "1"}
    yarn = LaunchingYarn(tmp_path)
    try:
        with gateway_before(yarn, start_gateway, tmp_path, KUBEYARD_GATEWAY_SPARES="0", **soon) as process:
            ada = process.client("ada")
            ada.start(SPEC.name)
            wait_until(lambda: ada.kernel_ids() == [], "the kernel is stopped", 60)
    finally:
        yarn.close()


APPLICATIONS = tuple(f"application_1_{number:04d}" for number in range(1, 31))


def running(asked: Asked) -> Answer:
    """What a ResourceManager says of one application, or of all: they run."""
    row = {"state": "RUNNING", "user": "ada", "applicationTags": "kubeyard"}
    if ident := asked.path.split("/apps")[-1].strip("/").removesuffix("/state"):
        # Stock's client signs in by this cookie, and asks for the state alone.
        return as_json({"app": {"id": ident, **row}, **row}, headers={"Set-Cookie": "hadoop.auth=ada"})
    return as_json({"apps": {"app": [{"id": each, **row} for each in APPLICATIONS]}})


SECURED = """
from enterprise_gateway.services.kernels.remotemanager import RemoteKernelManager
print(RemoteKernelManager().yarn_endpoint_security_enabled)
"""


def test_a_no_that_stock_reads_as_yes_has_ours_ask_without_kerberos(start_gateway: Gateways) -> None:
    no = {"EG_YARN_ENDPOINT_SECURITY_ENABLED": "False"}
    assert (run(SECURED).stdout, run(SECURED, **no).stdout) == ("False\n", "True\n")
    with ScriptedServer(running) as server:
        gateway = start_gateway(KUBEYARD_RM_URLS=server.url, **no)

        def resourcemanager() -> str:
            return str(gateway.send("GET", "/readyz").json()["checks"]["resourcemanager"])

        wait_until(lambda: resourcemanager() == "ok", "YARN answers the gateway")
        gateway.stop()
    assert server.asked
    assert not [each for each in server.asked if "Authorization" in each.headers]
