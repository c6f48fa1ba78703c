"""Our gateway, addressed as a user's Lab addresses it: with a token that the platform's own key signed."""

from pathlib import Path

from kubeyard_web.clock import Clock
from kubeyard_web.tokens.keys import SigningKeys
from kubeyard_web.tokens.signing import Bearer, TokenIssuer
from kubeyard_yarn.resource_manager import ResourceManager

from measuring.gateway_client import Gateway
from measuring.kernels import Subject
from measuring.running_platform import RunningPlatform

KERNELSPEC = "kubeyard.spark"
_TOKEN_SECONDS = 3600


def subject(platform: RunningPlatform) -> Subject:
    """The platform's gateway, as the demo's guest; reading its key needs the rights of who started it."""
    keys = SigningKeys(
        Path(platform.secrets["web-secret-key"]).with_name("web-signing-keys"),
        Path(platform.environment["KUBEYARD_JWKS_FILE"]),
        Clock(),
    )
    issuer = TokenIssuer(keys, Clock(), platform.environment["KUBEYARD_ISSUER"], _TOKEN_SECONDS)
    token = issuer.sign(Bearer("guest", (), ("user",)))
    manager = ResourceManager([platform.url("RM")], "kubeyard")
    gateway = Gateway("ours", platform.url("GATEWAY"), manager, {"Authorization": f"Bearer {token}"})
    return Subject(gateway, KERNELSPEC, {}, "spark")
