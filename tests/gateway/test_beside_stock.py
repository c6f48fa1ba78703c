"""What stock's own code does where ours does otherwise, shown without a cluster.

What needs one is in yarn/test_beside_stock.py.
"""

import json
import os
import resource
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from harness.gateway import GatewayProcess, Gateways, gateway_python, gateway_without_hadoop
from harness.launched_kernels import LaunchingYarn
from harness.recorded_kernels import record_kernels
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


# Stock's own watch over its kernels, and beside it what notices that nothing else runs.
WATCHED = """
import asyncio, os, time
from enterprise_gateway.services.kernels.remotemanager import RemoteKernelManager
from enterprise_gateway.services.processproxies.yarn import YarnClusterProcessProxy

def kernel(application_id):
    kernel = RemoteKernelManager()
    proxy = YarnClusterProcessProxy(kernel, {"yarn_endpoint": os.environ["RESOURCE_MANAGER"]})
    proxy._initialize_resource_manager(env={"KERNEL_USERNAME": "ada"})
    proxy.application_id = application_id
    kernel.kernel = kernel.process_proxy = proxy
    return kernel

async def main():
    for each in [kernel(application_id) for application_id in os.environ["APPLICATIONS"].split()]:
        each.start_restarter()
    begin = before = time.monotonic()
    longest = 0
    while longest < 2 and before < begin + 15:
        await asyncio.sleep(0.01)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    print(longest)

asyncio.run(main())
"""


def test_a_slow_resourcemanager_holds_up_no_answer_where_it_stops_all_of_stock(tmp_path: Path) -> None:
    def slowly(asked: Asked) -> Answer:
        if "/apps" in asked.path:
            time.sleep(0.1)
        return running(asked)

    with ScriptedServer(slowly) as server:
        stocks = run(WATCHED, RESOURCE_MANAGER=server.url, APPLICATIONS=" ".join(APPLICATIONS))
    # All but the first are asked about in one go.
    assert float(stocks.stdout) > 2, stocks.stderr

    answers, held = threading.Event(), threading.Semaphore(0)
    answers.set()

    def when_allowed(asked: Asked) -> Answer:
        if not answers.is_set():
            held.release()
            answers.wait()
        return running(asked)

    def recorded(gateway: GatewayProcess) -> None:
        record_kernels(gateway, APPLICATIONS)

    with (
        ScriptedServer(when_allowed) as server,
        gateway_without_hadoop(tmp_path, recorded, KUBEYARD_RM_URLS=server.url) as gateway,
    ):
        ada = gateway.client("ada")
        answers.clear()
        try:
            assert held.acquire(timeout=30), "the gateway has asked, and waits"
            # Some rounds of its own watch over its kernels.
            until = time.monotonic() + 2
            while time.monotonic() < until:
                listed = ada.send("GET", "/api/kernels", timeout_seconds=15).json()
                assert len(listed) == len(APPLICATIONS)
        finally:
            answers.set()


HEARD = """
import logging
from enterprise_gateway.services.processproxies.processproxy import ResponseManager
logging.basicConfig(level=logging.DEBUG)
stocks = ResponseManager(log=logging.getLogger())
stocks.register_event("a-kernel")
stocks._post_connection({"kernel_id": "a-kernel", "key": "a-signing-key"})
"""


def test_no_secret_is_logged_at_debug_where_stock_logs_each_kernels_key(
    start_gateway: Gateways, tmp_path: Path
) -> None:
    assert "a-signing-key" in run(HEARD).stderr
    yarn = LaunchingYarn(tmp_path)
    settings = {"KUBEYARD_LOG_LEVEL": "DEBUG", "KUBEYARD_GATEWAY_SPARES": "0"}
    try:
        with gateway_before(yarn, start_gateway, tmp_path, **settings) as gateway:
            ada = gateway.client("ada")
            kernel_id = ada.start(SPEC.name)
            with ada.connect(kernel_id) as channel:
                assert channel.run("6 * 7") == "42"
            record = json.loads((gateway.folder / "state/kernel_sessions" / f"{kernel_id}.json").read_text())
            log = gateway.log.read_text()
    finally:
        yarn.close()
    assert kernel_id in log
    assert record[kernel_id]["connection_info"]["key"] not in log
    assert ada.token not in log
