"""Stock Enterprise Gateway on the platform's YARN, as tests see it."""

from pathlib import Path
from typing import Any

from kubeyard_yarn.applications import Application

from harness.gateway import KernelClient
from harness.yarn_gateway import YarnGateway

# Nothing checks who one says that one is.
USER = {"KERNEL_USERNAME": "ada", "KERNEL_LAUNCH_TIMEOUT": "180"}
# Without these it does not even try to find a kernel again.
KEEPS_RECORDS = {
    "EG_KERNEL_SESSION_PERSISTENCE": "True",
    "EG_AVAILABILITY_MODE": "standalone",
    "EG_LIST_KERNELS": "True",
}


class Stock:
    """The stock gateway, its client, and what it runs in YARN."""

    def __init__(self, process: Any, yarn: YarnGateway) -> None:
        self.process = process
        self.client = KernelClient(process.url, "nobody asks for it")
        self._manager = yarn.resource_manager

    def start(self, **environment: str) -> str:
        return self.client.start("stock", USER | environment)

    def application(self, kernel_id: str) -> Application:
        """The kernel's newest application, which stock names by the kernel's id."""
        found = [each for each in self._manager.applications() if kernel_id in each.name]
        return max(found, key=lambda each: each.id)

    def record(self, kernel_id: str) -> Path:
        """What stock keeps of the kernel for its next start."""
        folder: Path = self.process.folder
        return next(folder.rglob(f"kernel_sessions/{kernel_id}.json"))

    def run(self, kernel_id: str, code: str) -> str:
        with self.client.connect(kernel_id) as channel:
            return channel.run(code)
