"""The node's own address and ports."""

import errno
import socket
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address
from urllib.parse import urlsplit

from kubeyard_edge.asking import ask
from kubeyard_edge.finding import Finding, ok, problem, warning
from kubeyard_edge.settings import Settings

ADDRESS = "this node"
# What the gateway and the API server say at /healthz.
ALIVE = ("ok", "alive")


def look(settings: Settings) -> Iterator[Finding]:
    """Is the address this node's, do others reach it, and are the ports free?"""
    if _bind_error(settings.address, 0) == errno.EADDRNOTAVAIL:
        yield problem(
            ADDRESS,
            f"{settings.address} is no address of this node",
            "set KUBEYARD_EDGE_ADDRESS to the one by which Hadoop's nodes and Kubernetes reach it",
        )
        return
    loopback = ip_address(settings.address).is_loopback
    if loopback and not _is_local(settings.rm_urls[0]):
        yield problem(
            ADDRESS,
            f"nodes cannot report to {settings.address}",
            "set KUBEYARD_EDGE_ADDRESS to the address by which Hadoop's nodes and Kubernetes reach it",
        )
    if not settings.tls:
        yield warning(
            ADDRESS,
            "tokens and cells travel in clear between Kubernetes and this node",
            "set KUBEYARD_EDGE_TLS=1, unless that network is closed to everybody else",
        )
    taken = list(_taken(settings))
    ports = f"{settings.api_port}, {settings.gateway_port} and {settings.response_port}"
    yield from taken or [ok("ports", f"{ports} on {settings.address} are free, or this platform's already")]


def _taken(settings: Settings) -> Iterator[Finding]:
    ours = _is_ours(settings, settings.gateway_port)
    for name, port, is_ours in (
        ("API_PORT", settings.api_port, _is_ours(settings, settings.api_port)),
        ("GATEWAY_PORT", settings.gateway_port, ours),
        # Nothing tells who listens on the call-back port; it comes and goes with the gateway.
        ("GATEWAY_RESPONSE_PORT", settings.response_port, ours),
    ):
        if not is_ours and not _is_free(settings.address, port):
            yield problem(
                "ports",
                f"another program listens on {settings.address}:{port}",
                f"end it (`ss -ltnp sport = :{port}` names it), or set KUBEYARD_{name} to another port",
            )


def _is_ours(settings: Settings, port: int) -> bool:
    """Whether a service of the platform answers there, with or without TLS: that setting may have changed."""
    place = f"{settings.address}:{port}/healthz"
    answers = (ask(f"{scheme}://{place}", {}, verify=False) for scheme in ("http", "https"))
    return any(answer.json().get("status") in ALIVE for answer in answers)


def _is_free(address: str, port: int) -> bool:
    return _bind_error(address, port) == 0


def _bind_error(address: str, port: int) -> int:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno or errno.EINVAL
    return 0


def _is_local(url: str) -> bool:
    return (urlsplit(url).hostname or "") in ("localhost", "127.0.0.1")
