"""Stands between the client and Hadoop and keeps what passes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests
from kubeyard_yarn.errors import YarnError

from harness.recording import exchanges
from harness.recording.exchanges import Exchange
from harness.recording.stable import Stable
from harness.scripted_server import Answer, Asked, ScriptedServer

# What the client reads of an answer's head.
HEADERS = ("Content-Type", "Location", "Refresh")
TIMEOUT_SECONDS = 60


class Recorder:
    """Keeps the exchanges of each act in a file of its own."""

    def __init__(self, folder: Path, source: str, stable: Stable, urls: Mapping[str, str]) -> None:
        """Made by `recording`; `urls` is where the client finds each service, by its name."""
        self.urls = urls
        self._folder = folder
        self._source = source
        self._stable = stable
        self._passed: list[Exchange] = []

    def act(self, name: str, does: Callable[[], object]) -> None:
        """Let the client do something, and keep what it asked and was told; a refusal is an answer too."""
        self._passed.clear()
        try:
            outcome = str(does())
        except YarnError as error:
            outcome = f"{type(error).__name__}: {error}"
        exchanges.write(self._folder / f"{name}.json", self._source, self._passed)
        print(f"{name}: {outcome[:300]}", flush=True)  # noqa: T201 - for the person who records

    def pass_on(self, upstream: str, asked: Asked) -> Answer:
        """Ask the real service the same and keep both."""
        kind = {name: asked.headers[name] for name in ("Content-Type",) if name in asked.headers}
        received = requests.request(
            asked.method,
            f"{upstream}{asked.path}",
            params=asked.params,
            data=asked.body,
            headers=kind,
            allow_redirects=False,
            timeout=TIMEOUT_SECONDS,
        )
        headers = {name: received.headers[name] for name in HEADERS if name in received.headers}
        self._passed.append(self._exchange(asked, received, headers))
        return Answer(received.content, received.status_code, headers)

    def _exchange(self, asked: Asked, received: requests.Response, headers: Mapping[str, str]) -> Exchange:
        same = self._stable
        return Exchange(
            method=asked.method,
            path=same.text(asked.path),
            params={name: same.text(value) for name, value in asked.params.items()},
            sent=same(exchanges.json_or_text(asked.body)),
            status=received.status_code,
            headers={name: same.text(value) for name, value in headers.items()},
            body=same(exchanges.json_or_text(received.content)),
        )


@contextmanager
def recording(folder: Path, source: str, stable: Stable, services: Mapping[str, str]) -> Iterator[Recorder]:
    """Listen in front of each service, given by name and address, while the `with` block lasts."""
    with ExitStack() as stack:
        urls: dict[str, str] = {}
        recorder = Recorder(folder, source, stable, urls)
        for name, upstream in services.items():

            def script(asked: Asked, upstream: str = upstream) -> Answer:
                return recorder.pass_on(upstream, asked)

            urls[name] = stack.enter_context(ScriptedServer(script)).url
        yield recorder
