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
_TOKEN_SECONDS = 6 * 3600


def subject(platform: RunningPlatform) -> Subject:
    """The platform's gateway, as the demo's guest."""
    return Subject(client(platform, platform.url("GATEWAY")), KERNELSPEC, {}, "spark")


def client(platform: RunningPlatform, url: str, user: str = "guest") -> Gateway:
    """A gateway of ours at `url`, as `user`."""
    manager = ResourceManager([platform.url("RM")], "kubeyard")
    headers = {"Authorization": f"Bearer {token(platform, user)}"}
    return Gateway("ours", url, manager, headers)


def token(platform: RunningPlatform, user: str) -> str:
    """A token of the platform's own key; reading the key needs the rights of who started the platform."""
    keys = SigningKeys(
        Path(platform.secrets["web-secret-key"]).with_name("web-signing-keys"),
        Path(platform.environment["KUBEYARD_JWKS_FILE"]),
        Clock(),
    )
    issuer = TokenIssuer(keys, Clock(), platform.environment["KUBEYARD_ISSUER"], _TOKEN_SECONDS)
    return issuer.sign(Bearer(user, (), ("user",)))
