"""A gateway that keeps spares, and what a test asks of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubeyard_kernelspecs import KernelSpec, write_kernelspec
from kubeyard_yarn.applications import Application, FinalStatus

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

    def until_gone(self, client: KernelClient) -> str:
        """Wait until the caller has no spare and return why."""
        return wait_until(lambda: self.reason(client), "the spare is gone", 60)

    def until_ended(self, spare: Mapping[str, Any]) -> FinalStatus:
        """Wait for the end of the spare's application and return it."""

        def ended() -> bool:
            return self.application(spare["application_id"]).state.is_final

        wait_until(ended, "the spare's application ends", 60)
        return self.application(spare["application_id"]).final_status

    def application(self, application_id: str) -> Application:
        return self.yarn.resource_manager.application(application_id)


StartGateway = Callable[..., SpareGateway]


def stages(model: dict[str, Any]) -> list[str]:
    """The names in a timeline, in their order."""
    return [stage["name"] for stage in model["timeline"]]


def own_kernelspecs(folder: Path, *specs: KernelSpec) -> dict[str, str]:
    """The setting of a folder with these alone, for a test that changes them."""
    for spec in specs:
        write_kernelspec(folder, spec)
    return {"KUBEYARD_KERNELSPECS_DIR": str(folder)}
