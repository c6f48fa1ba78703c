"""One person's browser: cookies, pages, forms, and a page that stays open and updates itself."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urljoin

import requests

from kubeyard_local.tour.event_stream import events, open_stream
from kubeyard_local.tour.itinerary import UnexpectedError
from kubeyard_local.tour.page import Form, Page

_TIMEOUT_SECONDS = 30
_FRAGMENT = {"HX-Request": "true"}


class Browser:
    """Somebody's browser at the web UI."""

    def __init__(self, web_url: str) -> None:
        self.web_url = web_url
        self.session = requests.Session()
        # What runs on this machine is never behind the way out to the web.
        self.session.trust_env = False

    def get(
        self, path: str, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Open an address, redirects followed; it must answer with `status`."""
        answer = self.session.get(urljoin(self.web_url, path), timeout=_TIMEOUT_SECONDS, headers=headers)
        return _with_status(answer, status)

    def page(self, path: str) -> Page:
        """Open a page."""
        return Page(self.get(path).text)

    def fragment(self, path: str) -> Page:
        """Fetch a part of a page, as an open page does."""
        return Page(self.get(path, headers=_FRAGMENT).text)

    def status_of(self, path: str) -> int:
        """The answer's status, whatever it is."""
        answer = self.session.get(urljoin(self.web_url, path), timeout=_TIMEOUT_SECONDS)
        return answer.status_code

    def send(self, form: Form, **typed: str) -> requests.Response:
        """Send a form with what was typed into it; redirects are followed."""
        return self.session.post(
            urljoin(self.web_url, form.action), data={**form.fields, **typed}, timeout=_TIMEOUT_SECONDS
        )

    @contextmanager
    def open_page(self, topic: str) -> Iterator["OpenPage"]:
        """A page that stays open and is told of changes of `topic`."""
        answer = open_stream(urljoin(self.web_url, "/events"), self.session.cookies)
        page = OpenPage(self, topic, answer)
        try:
            yield page
        finally:
            page.close()


class OpenPage:
    """Asks for its parts only when the server says that something changed."""

    def __init__(self, browser: Browser, topic: str, stream: requests.Response) -> None:
        self._browser = browser
        self._topic = topic
        self._stream = stream
        self._changed = threading.Event()
        self._changed.set()  # a page is drawn once when it opens
        threading.Thread(target=self._listen, daemon=True).start()

    def shows(self, path: str, condition: Callable[[Page], bool], timeout_seconds: float) -> float:
        """Wait until the part at `path` shows it; returns the seconds that it took."""
        began = time.monotonic()
        seen = "nothing"
        self._changed.set()
        while (left := began + timeout_seconds - time.monotonic()) > 0:
            if not self._changed.wait(left):
                break
            self._changed.clear()
            page = self._browser.fragment(path)
            seen = page.text
            if condition(page):
                return time.monotonic() - began
        raise UnexpectedError(f"{path} did not show it within {timeout_seconds:g} s; it says: {seen[:400]}")

    def close(self) -> None:
        """Close the page."""
        self._stream.close()

    def _listen(self) -> None:
        try:
            for event in events(self._stream):
                if event.name == self._topic:
                    self._changed.set()
        except (requests.RequestException, OSError, AttributeError, ValueError):
            # Closing a stream while it is being read surfaces as any of these.
            return


def _with_status(answer: requests.Response, status: int) -> requests.Response:
    if answer.status_code != status:
        said = Page(answer.text).text[:300]
        raise UnexpectedError(f"{answer.url} answered {answer.status_code} instead of {status}: {said}")
    return answer
