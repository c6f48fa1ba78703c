"""What stock's own code does where ours does otherwise, shown without a cluster.

What needs one is in yarn/test_beside_stock.py.
"""

import json
import os
import subprocess
from typing import Any

import pytest
from harness.gateway import GatewayProcess, gateway_python

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
