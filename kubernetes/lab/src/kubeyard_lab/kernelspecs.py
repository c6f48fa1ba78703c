"""The kernels that a launcher offers: the gateway's, or why there are none just now."""

from typing import Any

from jupyter_server.gateway.managers import GatewayKernelSpecManager
from tornado.web import HTTPError

from kubeyard_lab.gateway_words import plain


class GatewayKernelSpecs(GatewayKernelSpecManager):
    """The kernelspecs that the gateway shows to this Lab's user."""

    async def list_kernel_specs(self) -> dict[str, Any]:
        """All kernelspecs; a refusal is never the Lab's own 401, which would look like a logout."""
        try:
            specs: dict[str, Any] = await super().list_kernel_specs()  # type: ignore[no-untyped-call]
        except HTTPError as error:
            raise plain(error) from error
        return specs
