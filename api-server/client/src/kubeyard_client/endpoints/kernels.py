"""Live kernels. Acting on one goes to the gateway with the caller's own token."""

from kubeyard_client.endpoints.endpoint import Auth, Endpoint
from kubeyard_client.messages.errors import ErrorCode
from kubeyard_client.messages.kernels import KernelList

ENDPOINTS = (
    Endpoint(
        "list-kernels",
        "GET",
        "/kernels",
        Auth.SIGNED_IN,
        None,
        KernelList,
        "The caller's kernels, or everybody's for an administrator",
    ),
    Endpoint(
        "interrupt-kernel",
        "POST",
        "/kernels/{kernel_id}/interrupt",
        Auth.OWNER,
        None,
        None,
        "Interrupt what a kernel is computing",
        errors=(ErrorCode.CONFLICT, ErrorCode.GATEWAY_UNREACHABLE),
        resource="kernel",
        status=204,
    ),
    Endpoint(
        "restart-kernel",
        "POST",
        "/kernels/{kernel_id}/restart",
        Auth.OWNER,
        None,
        None,
        "Start a kernel anew; its variables are lost",
        errors=(ErrorCode.CONFLICT, ErrorCode.GATEWAY_UNREACHABLE),
        resource="kernel",
        status=204,
    ),
    Endpoint(
        "stop-kernel",
        "DELETE",
        "/kernels/{kernel_id}",
        Auth.OWNER,
        None,
        None,
        "End a kernel and its application",
        errors=(ErrorCode.CONFLICT, ErrorCode.GATEWAY_UNREACHABLE),
        resource="kernel",
        status=204,
    ),
)
