"""A gateway that keeps spares, and what a test asks of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kubeyard_yarn.applications import Application

from harness.gateway import GatewayProcess, KernelClient
from harness.waiting import wait_until
from harness.yarn_gateway import YarnGateway

WARM_SECONDS = 90


@dataclass(frozen=True)
class SpareGateway:
    """The gateway and the cluster behind it."""

    process: GatewayProcess
    yarn: YarnGateway

    def client(self, name: str) -> KernelClient:
        return self.process.client(name)

    def spares(self, client: KernelClient) -> list[dict[str, Any]]:
        """The caller's spares."""
        found: list[dict[str, Any]] = client.send("GET", "/api/spares").json()["spares"]
        return found

    def reason(self, client: KernelClient) -> str:
        """Why the caller has no spare."""
        return str(client.send("GET", "/api/spares").json()["reason"])

    def want(self, client: KernelClient, kernelspec: str | None = None) -> None:
        """Say that the person's JupyterLab has come up."""
        body = {"name": kernelspec} if kernelspec else None
        assert client.send("POST", "/api/spares", body).status_code == 202

    def warm(self, client: KernelClient, kernelspec: str | None = None) -> dict[str, Any]:
        """Ask for a spare and wait until it is warm."""
        self.want(client, kernelspec)
        return self.until_warm(client)

    def until_warm(self, client: KernelClient) -> dict[str, Any]:
        def found() -> list[dict[str, Any]]:
            here = client.send("PUT", "/api/spares")
            assert here.status_code == 204
            return [spare for spare in self.spares(client) if spare["state"] == "warm"]

        return wait_until(found, "a spare is warm", WARM_SECONDS, 0.3)[0]

    def model(self, client: KernelClient, kernel_id: str) -> dict[str, Any]:
        """What the kernel's model says of its start."""
        model: dict[str, Any] = client.send("GET", f"/api/kernels/{kernel_id}").json()["kubeyard"]
        return model

    def application(self, application_id: str) -> Application:
        return self.yarn.resource_manager.application(application_id)


StartGateway = Callable[..., SpareGateway]


def stages(model: dict[str, Any]) -> list[str]:
    """The names in a timeline, in their order."""
    return [stage["name"] for stage in model["timeline"]]
