"""Kernels: list, interrupt, restart, stop."""

from collections.abc import Mapping

from kubeyard_client.messages.kernels import KernelList

from kubeyard_api.handling import Call, handles
from kubeyard_api.ownership import Owned, owner_of
from kubeyard_api.parts import Parts
from kubeyard_api.services import kernels
from kubeyard_api.storage.applications import find_first_of_kernel


@owner_of("kernel")
def kernel_owner(parts: Parts, parameters: Mapping[str, str]) -> Owned | None:
    """Whose a kernel is; the gateway asks the same of the token again."""
    with parts.database.reading() as session:
        row = find_first_of_kernel(session, parameters["kernel_id"])
    return Owned(row.owner) if row else None


@handles("list-kernels")
def list_kernels(call: Call) -> KernelList:
    """The kernels that the caller may see."""
    return kernels.list_kernels(call.parts, call.caller, call.token)


@handles("interrupt-kernel")
def interrupt_kernel(call: Call) -> None:
    """Interrupt it."""
    call.parts.gateway.act(call.parameters["kernel_id"], "interrupt", call.token)


@handles("restart-kernel")
def restart_kernel(call: Call) -> None:
    """Start it anew."""
    call.parts.gateway.act(call.parameters["kernel_id"], "restart", call.token)


@handles("stop-kernel")
def stop_kernel(call: Call) -> None:
    """End it."""
    call.parts.gateway.act(call.parameters["kernel_id"], "stop", call.token)
