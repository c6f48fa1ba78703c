"""The one client of the provider: the Hub."""

import hmac
from dataclasses import dataclass

from kubeyard_web.secrecy import hashed
from kubeyard_web.settings import Settings

HUB_CLIENT_ID = "kubeyard-hub"
SCOPES = ("openid", "profile", "groups")


@dataclass(frozen=True)
class Client:
    """A confidential client; of its secret only the hash is kept. The methods are what Authlib asks for."""

    client_id: str
    secret_hash: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]

    id_token_signed_response_alg: str = "RS256"  # noqa: S105 - an algorithm

    @property
    def client_metadata(self) -> dict[str, list[str]]:
        """What Authlib looks up about logging out."""
        return {"post_logout_redirect_uris": list(self.post_logout_redirect_uris)}

    def get_client_id(self) -> str:
        """The id by which the client calls itself."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: a request has to name where it wants to return."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """Those of the scopes asked for that there are."""
        return " ".join(each for each in (scope or "").split() if each in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether that is, to the letter, where this client may return."""
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether that is the secret."""
        return hmac.compare_digest(hashed(client_secret), self.secret_hash)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib names it
        """Only with its secret: `none` is for public clients, of which there is none."""
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        """Only the code flow."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Only the code flow."""
        return grant_type == "authorization_code"


def hub_client(settings: Settings) -> Client:
    """The Hub, as the settings describe it."""
    return Client(
        client_id=HUB_CLIENT_ID,
        secret_hash=hashed(settings.web_hub_client_secret_file.read_text().strip()),
        redirect_uris=(f"{settings.hub_url}/hub/oauth_callback",),
        post_logout_redirect_uris=(f"{settings.hub_url}/hub/login", f"{settings.hub_url}/hub/home"),
    )
