"""Server-sent events, read as a browser's EventSource reads them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import requests

# The servers send a comment each 10 s, so that silence means a broken stream.
_SILENCE_SECONDS = 30
_RETRY_SECONDS = 2


@dataclass(frozen=True)
class Event:
    """One event; `id` is where to go on after it."""

    name: str
    data: str
    id: str = ""


def open_stream(
    url: str, cookies: requests.cookies.RequestsCookieJar, last_id: str = ""
) -> requests.Response:
    """Open a stream with somebody's cookies; closing the answer ends it."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
    answer = requests.get(url, cookies=cookies, headers=headers, stream=True, timeout=(5, _SILENCE_SECONDS))
    answer.raise_for_status()
    return answer


def events(answer: requests.Response) -> Iterator[Event]:
    """Yield events as they come, until the server or the caller closes the stream."""
    return (event for event in _events_and_signs(answer) if event is not None)


def _events_and_signs(answer: requests.Response) -> Iterator[Event | None]:
    """Yield events as they come, and None at each comment, which shows that the stream lives."""
    name, identity, data = "message", "", list[str]()
    for raw in answer.iter_lines(chunk_size=1):
        line = raw.decode()
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line.startswith(":"):
            yield None
        if not line and data:
            yield Event(name, "\n".join(data), identity)
        if not line:
            name, data = "message", []
        elif key == "event":
            name = value
        elif key == "id":
            identity = value
        elif key == "data":
            data.append(value)


def follow(
    url: str, cookies: requests.cookies.RequestsCookieJar, timeout_seconds: float
) -> Iterator[Event | None]:
    """Yield events, and None at each sign of life, until the caller has enough.

    A stream that breaks off is taken up where it was. Raises TimeoutError, also when nothing happens on it.
    """
    deadline, last_id = time.monotonic() + timeout_seconds, ""
    while time.monotonic() < deadline:
        try:
            with open_stream(url, cookies, last_id) as answer:
                for event in _events_and_signs(answer):
                    last_id = (event.id if event else "") or last_id
                    yield event
                    if time.monotonic() >= deadline:
                        break
        except requests.ConnectionError:
            pass  # the next attempt tells; a refusal is raised by it
        time.sleep(_RETRY_SECONDS)
    raise TimeoutError(f"{url} did not come to an end within {timeout_seconds:g} s")
