"""Server-sent events, read as a browser's EventSource reads them."""

from collections.abc import Iterator
from dataclasses import dataclass

import requests

# The servers send a comment each 10 s, so that silence means a broken stream.
_SILENCE_SECONDS = 30


@dataclass(frozen=True)
class Event:
    """One event."""

    name: str
    data: str


def open_stream(url: str, cookies: requests.cookies.RequestsCookieJar) -> requests.Response:
    """Open a stream with somebody's cookies; closing the answer ends it."""
    answer = requests.get(
        url,
        cookies=cookies,
        headers={"Accept": "text/event-stream"},
        stream=True,
        timeout=(5, _SILENCE_SECONDS),
    )
    answer.raise_for_status()
    return answer


def events(answer: requests.Response) -> Iterator[Event]:
    """Yield events as they come, until the server or the caller closes the stream."""
    name, data = "message", list[str]()
    for raw in answer.iter_lines(chunk_size=1):
        line = raw.decode()
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line and data:
            yield Event(name, "\n".join(data))
        if not line:
            name, data = "message", []
        elif key == "event":
            name = value
        elif key == "data":
            data.append(value)
