"""A gateway of the tests' own in front of the real Hadoop."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kubeyard_kernelspecs import KernelSpec, spec_from_metadata
from kubeyard_yarn.applications import Application
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.resource_manager import ResourceManager

from harness.free_address import free_address
from harness.gateway import GatewayProcess

NEEDED = (
    "KUBEYARD_RM_URLS",
    "KUBEYARD_HTTPFS_URL",
    "KUBEYARD_HDFS_URI",
    "KUBEYARD_HADOOP_CONF_DIR",
    "KUBEYARD_SPARK_HOME",
    "KUBEYARD_KERNELSPECS_DIR",
)


@dataclass(frozen=True)
class YarnGateway:
    """The gateway, the cluster behind it and the kernelspec that all tests start from."""

    process: GatewayProcess
    kernelspecs: Path
    spec: KernelSpec
    resource_manager: ResourceManager
    files: HttpFs

    def application(self, kernel_id: str) -> Application:
        """The kernel's application, the newest one after a restart."""
        found = self.resource_manager.applications(tags=[f"kernel:{kernel_id}"])
        return max(found, key=lambda application: application.id)


def tag_of(process: GatewayProcess) -> str:
    """The tag that the gateway puts on its applications."""
    return f"gateway:{(process.folder / 'state' / 'instance').read_text()}"


def gateway_beside(yarn: YarnGateway, folder: Path, settings: Mapping[str, str]) -> GatewayProcess:
    """A further gateway on the same YARN, not yet started: its state, keys and ports are its own.

    It keeps spares unless the settings say otherwise. (The platform under test keeps none: its other tests
    count applications.)
    """
    process = GatewayProcess(folder, free_address(), yarn.process.environment)
    process.environment |= {
        "KUBEYARD_GATEWAY_BIND": process.url.removeprefix("http://"),
        "KUBEYARD_GATEWAY_RESPONSE": free_address(),
        "KUBEYARD_GATEWAY_STATE_DIR": str(folder / "state"),
        "KUBEYARD_JWKS_FILE": str(folder / "jwks.json"),
        "KUBEYARD_GATEWAY_SPARES": "1",
        **settings,
    }
    return process


def settings_of(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings that say where Hadoop is, out of a service's environment."""
    missing = [name for name in NEEDED if not environment.get(name)]
    if missing:
        raise AssertionError(f"not set: {', '.join(missing)}; they say where the running Hadoop is")
    return {name: value for name, value in environment.items() if name.startswith("KUBEYARD_")}


def default_spec(folder: Path) -> KernelSpec:
    """The kernelspec of the platform's own environment, or of the one that is there."""
    wanted = os.environ.get("KUBEYARD_TEST_KERNELSPEC", "kubeyard.spark")
    document = json.loads((folder / wanted / "kernel.json").read_text())
    spec = spec_from_metadata(document["metadata"])
    assert spec is not None
    return spec
