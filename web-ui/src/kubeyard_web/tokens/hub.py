"""Asking the Hub whose token this is."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests

from kubeyard_web.clock import Clock
from kubeyard_web.secrecy import hashed

TIMEOUT_SECONDS = (2, 5)
REMEMBERED_SECONDS = 30
REMEMBERED_TOKENS = 4096


class HubUnreachable(Exception):  # noqa: N818 - it names what is wrong
    """The Hub gave no usable answer; the text says why."""


@dataclass(frozen=True)
class _Remembered:
    until: float
    owner: str | None


class Hub:
    """The Hub's API, as far as tokens go; remembers each answer for half a minute."""

    def __init__(self, api_url: str, clock: Clock) -> None:
        self._api_url = api_url
        self._clock = clock
        self._answers: OrderedDict[str, _Remembered] = OrderedDict()
        self._lock = threading.Lock()
        self._http = requests.Session()
        # The token is the only identity: no cookie of another call, no .netrc, no proxy in between.
        self._http.trust_env = False
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def server_owner(self, token: str) -> str | None:
        """Whose server this token belongs to; none if it is not a server's own. Raises HubUnreachable."""
        key, now = hashed(token), self._clock.now().timestamp()
        with self._lock:
            answer = self._answers.get(key)
        if answer is not None and now < answer.until:
            return answer.owner
        owner = self._ask(token)
        with self._lock:
            self._answers[key] = _Remembered(now + REMEMBERED_SECONDS, owner)
            self._answers.move_to_end(key)
            while len(self._answers) > REMEMBERED_TOKENS:
                self._answers.popitem(last=False)
        return owner

    def was_a_servers(self, token: str) -> bool:
        """Whether this token was a server's own when the Hub was asked last, however long ago."""
        with self._lock:
            answer = self._answers.get(hashed(token))
        return answer is not None and answer.owner is not None

    def _ask(self, token: str) -> str | None:
        try:
            headers = {"Authorization": f"token {token}"}
            reply = self._http.get(
                f"{self._api_url}/user", headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
            if reply.status_code in (401, 403):
                return None
            reply.raise_for_status()
            model = reply.json()
        except (requests.RequestException, ValueError) as error:
            raise HubUnreachable(
                f"the Hub did not say whose token this is ({type(error).__name__})"
            ) from error
        if reply.status_code != 200 or not isinstance(model, dict):
            raise HubUnreachable(f"the Hub answered {reply.status_code} and no user")
        return owner_of_server(model)


def owner_of_server(model: dict[str, Any]) -> str | None:
    """The owner's name, if the Hub describes the own token of a user's server.

    Being a user's is no proof: when somebody opens another's Lab, that Lab holds a token that names him.
    That one belongs to a session and may not post the server's activity.
    """
    name, scopes = model.get("name"), model.get("scopes")
    if model.get("kind") != "user" or not isinstance(name, str) or not isinstance(scopes, list):
        return None
    if "session_id" not in model or model["session_id"] is not None:
        return None
    return name if f"users:activity!user={name}" in scopes else None
