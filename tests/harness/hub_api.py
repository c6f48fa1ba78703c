"""A Hub as far as tokens go: says over HTTP whose token it is, as JupyterHub's `GET /hub/api/user` does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.scripted_server import Answer, Asked, ScriptedServer, as_json

UNKNOWN = as_json({"status": 403, "message": "Missing or invalid credentials."}, status=403)


class HubApi:
    """Knows tokens and their models; can fall silent or talk nonsense."""

    def __init__(self) -> None:
        self.server = ScriptedServer(self._answer)
        self.trouble: Answer | None = None
        self._models: dict[str, dict[str, Any]] = {}

    @property
    def url(self) -> str:
        """The address of its API."""
        return f"{self.server.url}/hub/api"

    @property
    def times_asked(self) -> int:
        """How many questions came."""
        return len(self.server.asked)

    def know(self, token: str, **model: Any) -> str:
        """Answer this for a token."""
        self._models[token] = model
        return token

    def know_server_of(self, name: str) -> str:
        """A token like the one JupyterHub 6 gives to a user's server."""
        scopes = [
            f"access:servers!server={name}/",
            f"read:users:name!user={name}",
            f"users:activity!user={name}",
        ]
        return self.know(f"server-of-{name}", kind="user", name=name, session_id=None, scopes=scopes)

    def forget(self, token: str) -> None:
        """Know it no longer."""
        del self._models[token]

    def _answer(self, asked: Asked) -> Answer:
        if self.trouble is not None:
            return self.trouble
        if asked.method != "GET" or asked.path != "/hub/api/user":
            return Answer(status=404)
        headers = {name.lower(): value for name, value in asked.headers.items()}
        token = headers.get("authorization", "").removeprefix("token ")
        model = self._models.get(token)
        return UNKNOWN if model is None else as_json(json.loads(json.dumps(model)))


@contextmanager
def running_hub_api() -> Iterator[HubApi]:
    """Serve it while the block lasts."""
    hub = HubApi()
    with hub.server:
        yield hub
