"""Making the short-lived tokens with which people are known on the edge."""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

from joserfc import jwt

from kubeyard_web.accounts.models import ADMIN_ROLE
from kubeyard_web.clock import Clock
from kubeyard_web.tokens.keys import SigningKeys

AUDIENCE = ("kubeyard-api", "kubeyard-gateway")
RENEWED_AT = 0.75
REMEMBERED_TOKENS = 1000
# Nobody can take a token back: on the edge an administrator is one for so long after his demotion.
ADMIN_TOKEN_SECONDS = 120


@dataclass(frozen=True)
class Bearer:
    """Whom a token names."""

    name: str
    groups: tuple[str, ...]
    roles: tuple[str, ...]


# The web UI itself, when it listens to events on behalf of everybody who looks.
WEB_UI = Bearer("kubeyard-web", (), ("service",))


class TokenIssuer:
    """Signs tokens, and hands the same one out again until three quarters of its life are over."""

    def __init__(self, keys: SigningKeys, clock: Clock, issuer: str, lifetime_seconds: int) -> None:
        self._lifetime_seconds = lifetime_seconds
        self._keys = keys
        self._clock = clock
        self._issuer = issuer
        self._lock = threading.Lock()
        self._made: OrderedDict[Bearer, tuple[float, str]] = OrderedDict()

    def life_of(self, bearer: Bearer) -> int:
        """For how many seconds a new token of this bearer is good."""
        most = ADMIN_TOKEN_SECONDS if ADMIN_ROLE in bearer.roles else self._lifetime_seconds
        return min(most, self._lifetime_seconds)

    def sign(self, bearer: Bearer) -> str:
        """A new token for this bearer; raises KeysUnusable."""
        key, now = self._keys.current(), self._clock.now()
        claims = {
            "iss": self._issuer,
            "sub": bearer.name,
            "groups": list(bearer.groups),
            "roles": list(bearer.roles),
            "aud": list(AUDIENCE),
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=self.life_of(bearer))).timestamp()),
            "jti": secrets.token_hex(16),
        }
        return jwt.encode({"alg": "RS256", "kid": str(key.kid), "typ": "JWT"}, claims, key, ["RS256"])

    def token(self, bearer: Bearer) -> str:
        """A token for calls in this bearer's name, made anew only when the last one is getting old.

        Raises KeysUnusable when it has to be made and cannot.
        """
        now = self._clock.now().timestamp()
        with self._lock:
            renew_at, token = self._made.get(bearer, (0.0, ""))
            if now >= renew_at:
                token = self.sign(bearer)
                self._made[bearer] = (now + self.life_of(bearer) * RENEWED_AT, token)
                while len(self._made) > REMEMBERED_TOKENS:
                    self._made.popitem(last=False)
            self._made.move_to_end(bearer)
            return token
