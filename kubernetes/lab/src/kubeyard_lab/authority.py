"""Whose certificate the Lab takes for the gateway's."""

from jupyter_server.gateway.gateway_client import GatewayClient


def trust(gateway: GatewayClient) -> None:
    """Have every request to the gateway know it by JUPYTER_GATEWAY_CA_CERTS, where that is set.

    jupyter_server heeds it only beside a certificate of the client, and a Lab shows a token instead.
    """
    if gateway.ca_certs:
        gateway.init_connection_args()  # type: ignore[no-untyped-call]
        gateway._connection_args["ca_certs"] = gateway.ca_certs
