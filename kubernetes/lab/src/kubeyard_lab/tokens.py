"""The exchange of the Lab's own Hub token for a short-lived one of its user."""

import base64
import binascii
import json
import time
from dataclasses import dataclass

import requests

_ANSWER_SECONDS = 5.0
_SPENT_BEFORE_RENEWAL = 0.75


class ExchangeError(Exception):
    """The exchange gave no token; the text says why and holds no secret."""


@dataclass(frozen=True)
class Token:
    """A token and the moments that matter, in seconds since the epoch."""

    value: str
    renew_at: float
    ends_at: float

    def is_live(self) -> bool:
        """Whether the gateway would still take it."""
        return time.time() < self.ends_at


NO_TOKEN = Token("", 0.0, 0.0)


@dataclass(frozen=True)
class Exchange:
    """Where tokens come from, and with what the Lab proves itself."""

    url: str
    hub_token: str

    def fetch(self) -> Token:
        """A new token; raises ExchangeError."""
        try:
            reply = requests.post(
                self.url,
                headers={"Authorization": f"token {self.hub_token}"},
                timeout=_ANSWER_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as why:
            raise ExchangeError(f"{self.url} does not answer: {type(why).__name__}") from why
        if reply.status_code != requests.codes.ok:
            raise ExchangeError(f"{self.url} answered {reply.status_code}")
        try:
            return _token(reply.json()["token"], time.time())
        except (ValueError, KeyError, TypeError) as why:
            raise ExchangeError(f"{self.url} answered something that is not a token") from why


def _token(value: str, now: float) -> Token:
    """Read the end from the token itself, without checking it: that is the gateway's part."""
    body = value.split(".")[1] if value.count(".") == 2 else ""
    try:
        ends_at = float(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["exp"])
    except binascii.Error as why:
        raise ValueError("not base64") from why
    return Token(value, now + (ends_at - now) * _SPENT_BEFORE_RENEWAL, ends_at)
