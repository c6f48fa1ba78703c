"""The gateway's certificate, by an authority of this machine's own, if KUBEYARD_GATEWAY_TLS asks for it."""

from pathlib import Path

from kubeyard_local import accounts, child
from kubeyard_local.accounts import Accounts
from kubeyard_local.layout import Layout
from kubeyard_local.settings import Settings

HOSTS = ("127.0.0.1", "localhost")
LONGEST_SECONDS = 60


def ensure(settings: Settings, owners: Accounts) -> None:
    """Have a certificate that lasts; each start renews one that ends soon."""
    if not settings.gateway_tls:
        return
    layout = settings.layout
    module = (str(layout.python("gateway")), "-m", "kubeyard_gateway.certificates")
    command = (*module, str(folder(layout)), *HOSTS, "--authority", str(authority(layout)))
    child.run(
        "the gateway's certificate",
        accounts.under(owners.services, (*child.DIES_WITH_US, *command)),
        log=layout.logs / "gateway-preparation.log",
        environment={},
        folder=layout.home,
        timeout_seconds=LONGEST_SECONDS,
    )


def gateway_settings(settings: Settings) -> dict[str, str]:
    """What the gateway is told."""
    if not settings.gateway_tls:
        return {}
    place = folder(settings.layout)
    return {
        "KUBEYARD_GATEWAY_TLS_CERTIFICATE": str(place / "gateway.crt"),
        "KUBEYARD_GATEWAY_TLS_KEY": str(place / "gateway.key"),
    }


def client_settings(settings: Settings) -> dict[str, str]:
    """What everybody is told who reaches the gateway."""
    return {"KUBEYARD_GATEWAY_CA_FILE": str(authority(settings.layout))} if settings.gateway_tls else {}


def folder(layout: Layout) -> Path:
    """Keys and certificates; nobody's but the services' account."""
    return layout.secrets / "gateway-tls"


def authority(layout: Layout) -> Path:
    """What clients know the gateway by; Labs read it under an account of their own."""
    return layout.public / "gateway-ca.crt"
