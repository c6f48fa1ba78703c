"""A client of the provider, as the Hub is one."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from harness.web_ui import TIMEOUT_SECONDS, Browser, WebUi

REDIRECT_URI = "http://127.0.0.1:8000/hub/oauth_callback"


class Client:
    """Walks the code flow in somebody's browser; each step may be bent by a test."""

    def __init__(self, web_ui: WebUi, browser: Browser) -> None:
        self.web_ui = web_ui
        self.browser = browser
        self.secret = web_ui.services.settings.web_hub_client_secret_file.read_text()
        self.verifier = secrets.token_urlsafe(48)

    @property
    def challenge(self) -> str:
        """The verifier's hash."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def authorize(self, **changes: str | None) -> requests.Response:
        """Send the browser to the provider; a change to None leaves a parameter out."""
        asked = {
            "response_type": "code",
            "client_id": "kubeyard-hub",
            "redirect_uri": REDIRECT_URI,
            "scope": "openid profile groups",
            "state": "the client's own",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
        } | changes
        return self.browser.get("/oauth/authorize", params={k: v for k, v in asked.items() if v is not None})

    def code(self) -> str:
        """A code that came back."""
        return str(returned(self.authorize())["code"])

    def token(self, code: str, *, headers: dict[str, str] | None = None, **changes: str) -> requests.Response:
        """Change a code into tokens, as the Hub does: on its own connection."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "client_id": "kubeyard-hub",
            "client_secret": self.secret,
            "code_verifier": self.verifier,
        } | changes
        form = {name: value for name, value in asked.items() if value}
        return requests.post(
            f"{self.web_ui.url}/oauth/token", data=form, headers=headers, timeout=TIMEOUT_SECONDS
        )

    def tokens(self) -> dict[str, Any]:
        """What a good code is changed into."""
        answer = self.token(self.code())
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def userinfo(self, access_token: str) -> requests.Response:
        """Ask who is logged in."""
        headers = {"Authorization": f"Bearer {access_token}"}
        return requests.get(f"{self.web_ui.url}/oauth/userinfo", headers=headers, timeout=TIMEOUT_SECONDS)


def returned(answer: requests.Response) -> dict[str, str]:
    """What the provider sent back to the client in the redirect."""
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == REDIRECT_URI
    return {name: values[0] for name, values in parse_qs(parts.query).items()}
