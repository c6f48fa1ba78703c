"""Requests as Authlib sees them: at the provider's public address, wherever they came in."""
# mypy: disable-error-code="misc"

from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer  # type: ignore[import-untyped]
from authlib.integrations.flask_oauth2.requests import (  # type: ignore[import-untyped]
    FlaskOAuth2Payload,
    FlaskOAuth2Request,
)
from authlib.oauth2 import OAuth2Request  # type: ignore[import-untyped]  # Authlib carries no types
from flask import Request, request

# Whether plain http will do is decided by our settings, by the address that browsers use. Authlib would judge
# by the address of each request, and refuse the Hub's calls, which stay within the platform's network.
JUDGED_ADDRESS = "https://kubeyard.invalid"


class _JudgedRequest(FlaskOAuth2Request):
    def __init__(self, asked: Request) -> None:
        OAuth2Request.__init__(self, asked.method, JUDGED_ADDRESS + asked.full_path, headers=asked.headers)
        self._request = asked
        self.payload = FlaskOAuth2Payload(asked)


class Server(AuthorizationServer):
    """Authlib's server, which also answers on an internal address."""

    def create_oauth2_request(self, _request: Any) -> Any:
        """The current request in Authlib's terms."""
        return _JudgedRequest(request)
