"""People's Labs through the Hub's API, with the web UI's own token."""

import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

TIMEOUT_SECONDS = (2, 5)
# The Hub answers a wish to stop within 10 s, whether the Lab has ended or not.
ACT_TIMEOUT_SECONDS = (2, 20)
# The Hub writes an empty line each 8 s into the progress of a start.
SILENCE_SECONDS = 20
NOT_FOUND = 404


class LabState(StrEnum):
    """How far somebody's Lab is."""

    UNKNOWN_PERSON = "unknown person"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class HubAway(Exception):  # noqa: N818 - it names what is wrong
    """The Hub gave no usable answer; the text says why."""


class StartRefused(Exception):  # noqa: N818 - it names what is wrong
    """The Hub starts or stops nothing now; the text says why."""


@dataclass(frozen=True)
class Lab:
    """Somebody's Lab, as the Hub knows it."""

    state: LabState
    since: datetime | None = None


@dataclass(frozen=True)
class ProgressEvent:
    """One thing that the Hub tells of a start."""

    percent: int
    message: str
    is_ready: bool = False
    is_failed: bool = False
    # What Kubernetes said, where it was that.
    reason: str = ""
    at: str = ""
    is_warning: bool = False


class Labs:
    """Asks the Hub about Labs, starts and stops them."""

    def __init__(self, api_url: str, token_file: Path | None) -> None:
        self._url = api_url
        self._token_file = token_file
        self._http = requests.Session()
        # The token is the only identity: no cookie of another call, no .netrc, no proxy in between.
        self._http.trust_env = False
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def state(self, name: str) -> LabState:
        """How this person's Lab is; raises HubAway."""
        return self.lab(name).state

    def lab(self, name: str) -> Lab:
        """The same, and since when it starts or runs; raises HubAway."""
        answer = self._send("GET", f"/users/{quote(name)}")
        if answer.status_code == NOT_FOUND:
            return Lab(LabState.UNKNOWN_PERSON)
        servers = _json(answer).get("servers") or {}
        server = servers.get("") or {}
        return Lab(_state(server), _moment(server.get("started")))

    def start(self, name: str, profile: str) -> None:
        """Begin to start it; raises HubAway or StartRefused."""
        # Said in full: otherwise the Hub takes what was chosen last, which may not be offered any more.
        wish = {"user_options": {"profile": profile} if profile else {}}
        answer = self._send("POST", f"/users/{quote(name)}/server", json=wish, timeout=ACT_TIMEOUT_SECONDS)
        if answer.status_code >= 400 and self.state(name) not in (LabState.STARTING, LabState.RUNNING):
            raise StartRefused(_message(answer))

    def stop(self, name: str) -> None:
        """Begin to stop it, or give its start up; raises HubAway or StartRefused."""
        answer = self._send("DELETE", f"/users/{quote(name)}/server", timeout=ACT_TIMEOUT_SECONDS)
        if answer.status_code >= 400 and answer.status_code != NOT_FOUND:
            raise StartRefused(_message(answer))

    def progress(self, name: str) -> Generator[ProgressEvent | None]:
        """What happened since the start began, then what happens; None now and then. Raises HubAway.

        Ends with an event that is ready or failed; at once, and empty, if nothing was started.
        """
        path = f"/users/{quote(name)}/server/progress"
        with closing(self._send("GET", path, stream=True, timeout=(2, SILENCE_SECONDS))) as answer:
            if not answer.ok:
                return
            answer.encoding = "utf-8"
            try:
                for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                    yield _event(line) if line.startswith("data:") else None
            except (requests.RequestException, ValueError, AttributeError) as error:
                raise HubAway(f"the Hub's word on this start broke off ({type(error).__name__})") from error

    def last_failure(self, name: str) -> ProgressEvent | None:
        """Why the last start failed, of a Lab that does not run; raises HubAway."""
        with closing(self.progress(name)) as events:
            return next((event for event in events if event and event.is_failed), None)

    def _send(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"token {self._token()}"}
        options: dict[str, Any] = {"timeout": TIMEOUT_SECONDS, "allow_redirects": False} | more
        try:
            answer = self._http.request(method, self._url + path, headers=headers, **options)
        except requests.RequestException as error:
            raise HubAway(f"the Hub does not answer ({type(error).__name__})") from error
        if answer.status_code in (401, 403):
            raise HubAway(
                "the Hub does not accept the web UI's token: KUBEYARD_WEB_HUB_SERVICE_TOKEN_FILE must hold "
                "what the Hub's KUBEYARD_HUB_SERVICE_TOKEN_FILE does"
            )
        if answer.status_code >= 500 and method == "GET":
            raise HubAway(f"the Hub answers {answer.status_code}")
        return answer

    def _token(self) -> str:
        if self._token_file is None:
            raise HubAway("KUBEYARD_WEB_HUB_SERVICE_TOKEN_FILE is not set, so the Hub cannot be asked")
        try:
            return self._token_file.read_text().strip()
        except OSError as error:
            raise HubAway(
                f"{self._token_file} cannot be read ({error.strerror}): put the token back"
            ) from error


def _state(server: dict[str, Any]) -> LabState:
    if server.get("pending") == "spawn":
        return LabState.STARTING
    if server.get("pending"):
        return LabState.STOPPING
    return LabState.RUNNING if server.get("ready") else LabState.STOPPED


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError as error:
        raise HubAway("the Hub's answer cannot be read") from error
    if not answer.ok or not isinstance(found, dict):
        raise HubAway(f"the Hub answers {answer.status_code}")
    return found


def _message(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("message") or f"The Hub answers {answer.status_code}")
    except (ValueError, AttributeError):
        return f"The Hub answers {answer.status_code}"


def _event(line: str) -> ProgressEvent:
    told = json.loads(line.removeprefix("data:"))
    raw = told.get("raw_event") or {}
    return ProgressEvent(
        percent=int(told.get("progress") or 0),
        message=str(raw.get("message") or told.get("message") or "").removeprefix("Spawn failed: "),
        is_ready=bool(told.get("ready")),
        is_failed=bool(told.get("failed")),
        reason=str(raw.get("reason") or ""),
        at=str(raw.get("lastTimestamp") or raw.get("eventTime") or ""),
        is_warning=raw.get("type") == "Warning",
    )
