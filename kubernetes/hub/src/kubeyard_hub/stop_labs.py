"""Stops every Lab through the Hub: a Lab told to stop after its gateway has gone hangs."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from kubeyard_hub.settings import HubSettings, secret

# The Hub answers a request to stop within 10 s, whether the Lab has ended or not.
_ANSWER_SECONDS = 20
_STOP_SECONDS = 30
_AT_ONCE = 8
_GONE = 404


class LabsNotStoppedError(Exception):
    """The Hub did not answer, or a Lab outlived the limit."""


def stop_labs(settings: HubSettings, limit_seconds: float = _STOP_SECONDS) -> list[str]:
    """Ask the Hub to stop every running Lab; return whose they were once none is left."""
    deadline = time.monotonic() + limit_seconds
    stopped: list[str] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while running := _running(settings):
            # Asked again each time: the Hub tells of no more than a page of them at once.
            new = [name for name in running if name not in stopped]
            list(pool.map(lambda name: _ask(settings, "DELETE", f"/users/{quote(name)}/server"), new))
            stopped += new
            if time.monotonic() > deadline:
                raise LabsNotStoppedError(
                    f"still running after {limit_seconds:.0f} s: the Labs of {', '.join(running)}"
                )
            time.sleep(0.2)
    return stopped


def _running(settings: HubSettings) -> list[str]:
    users = _ask(settings, "GET", "/users?state=active")
    return [user["name"] for user in users]


def _ask(settings: HubSettings, method: str, path: str) -> Any:
    url = f"{settings.hub_connect_url or settings.hub_internal_url}/hub/api{path}"
    token = secret(settings.hub_service_token_file)
    request = Request(url, method=method, headers={"Authorization": f"token {token}"})  # noqa: S310  settings allow http only
    try:
        with urlopen(request, timeout=_ANSWER_SECONDS) as reply:  # noqa: S310
            return json.loads(reply.read() or b"null")
    except HTTPError as why:
        if why.code == _GONE and method == "DELETE":
            return None
        raise LabsNotStoppedError(f"the Hub at {url} answered {why.code}") from why
    except (URLError, TimeoutError) as why:
        raise LabsNotStoppedError(f"the Hub at {url} does not answer: {why}") from why
