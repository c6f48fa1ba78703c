"""The kernelspecs' routes: one's own and the public ones."""

import json
from typing import Any

from enterprise_gateway.services.kernelspecs.handlers import (
    KernelSpecHandler,
    KernelSpecResourceHandler,
    MainKernelSpecHandler,
)
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_server.services.kernelspecs.handlers import kernelspec_model
from jupyter_server.utils import ensure_async
from kubeyard_identity import Caller

from kubeyard_gateway.guard import Guard
from kubeyard_gateway.refusal import Refusal

DEFAULT_KERNEL = "kubeyard.spark"


class PlatformKernelSpecs(KernelSpecManager):
    """Only the kernelspecs of the platform's folder, read from there each time: builds come and go."""

    ensure_native_kernel = False

    def _kernel_dirs_default(self) -> list[str]:
        return [str(self.parent.service_settings.kernelspecs_dir)]


def may_use(caller: Caller, metadata: dict[str, Any]) -> bool:
    """Whether the caller sees and starts a kernelspec; one that names no owner is an administrator's."""
    ours = metadata.get("kubeyard")
    if caller.is_admin:
        return True
    return isinstance(ours, dict) and (ours.get("public") is True or ours.get("owner") == caller.name)


def visible_spec(handler: Any, name: str) -> str:
    """Return the name of a kernelspec that the caller may use; 404 for hidden and absent alike."""
    wanted = name or handler.kernel_manager.default_kernel_name
    try:
        spec = handler.kernel_spec_manager.get_kernel_spec(wanted)
    except (NoSuchKernel, ValueError, OSError):
        spec = None
    if spec is None or not may_use(handler.caller, spec.metadata):
        raise Refusal(404, f"there is no kernel {wanted}; it may have been deleted, choose another")
    return str(wanted)


class KernelSpecs(Guard, MainKernelSpecHandler):
    """`/api/kernelspecs`."""

    async def get(self) -> None:
        """List what the caller may start."""
        found = await ensure_async(self.kernel_spec_manager.get_all_specs())
        mine = {
            name: _model(self, name, item["spec"], item["resource_dir"])
            for name, item in sorted(found.items())
            if may_use(self.caller, item["spec"]["metadata"])
        }
        default = self.kernel_manager.default_kernel_name
        if default not in mine and mine:
            default = next(iter(mine))
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"default": default, "kernelspecs": mine}))


class OneKernelSpec(Guard, KernelSpecHandler):
    """`/api/kernelspecs/{name}`."""

    async def get(self, kernel_name: str) -> None:
        """Show one that the caller may start."""
        name = visible_spec(self, kernel_name)
        spec = self.kernel_spec_manager.get_kernel_spec(name)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(_model(self, name, spec.to_dict(), spec.resource_dir)))


class KernelSpecLogos(Guard, KernelSpecResourceHandler):
    """`/kernelspecs/{name}/logo-*`: pictures only, since kernel.json lies in the same folder."""

    async def get(self, kernel_name: str, path: str, include_body: bool = True) -> None:
        """Serve a logo of a kernelspec that the caller may start."""
        visible_spec(self, kernel_name)
        if not path.startswith("logo-") or "/" in path or not path.endswith((".png", ".svg")):
            raise Refusal(404, "a kernelspec offers nothing but its logos")
        await super().get(kernel_name, path, include_body)


def _model(handler: Any, name: str, spec: dict[str, Any], folder: str) -> dict[str, Any]:
    """Return Jupyter's model, without the environment: it is the gateway's business."""
    model: dict[str, Any] = kernelspec_model(handler, name, {**spec, "env": {}}, folder)
    return model
