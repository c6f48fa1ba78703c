"""The exchange of a Lab's Hub token for a signed one, before a gateway of the tests."""

import threading
import time

from harness.gateway import GatewayProcess
from harness.scripted_server import Answer, Asked, as_json


class TokenExchange:
    """Changes a Lab's Hub token, `hub-token-of-<name>`, into a signed one; can be short of breath or away."""

    def __init__(self, gateway: GatewayProcess) -> None:
        self.gateway = gateway
        # Who signs; another one after a change of keys.
        self.issuer = gateway.issuer
        self.lifetime_seconds = 300.0
        self.away = threading.Event()

    def __call__(self, asked: Asked) -> Answer:
        scheme, _, hub_token = asked.headers.get("Authorization", "").partition(" ")
        name = hub_token.removeprefix("hub-token-of-")
        if self.away.is_set():
            return as_json({"code": "down", "detail": "away"}, status=503)
        if scheme != "token" or name == hub_token:
            return as_json({"code": "unauthenticated", "detail": "no server's token"}, status=401)
        ends_at = time.time() + self.lifetime_seconds
        return as_json({"token": self.issuer.token(name, exp=ends_at)})
