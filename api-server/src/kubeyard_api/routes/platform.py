"""The health of the edge and of Hadoop."""

from kubeyard_client.messages.platform import Platform

from kubeyard_api.handling import Call, handles
from kubeyard_api.services.platform import ask_platform


@handles("show-platform")
def show_platform(call: Call) -> Platform:
    """Every part, asked now."""
    return ask_platform(call.parts)
