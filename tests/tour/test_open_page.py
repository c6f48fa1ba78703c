"""An open page fetches its parts when an event says so, and not otherwise."""

import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from harness.waiting import wait_until
from kubeyard_local.tour.browser import Browser
from kubeyard_local.tour.event_stream import Event, events, follow, open_stream
from kubeyard_local.tour.itinerary import UnexpectedError


class Site:
    """A real server with one page part, and a stream of events that the test feeds."""

    def __init__(self) -> None:
        self.state = "Waiting"
        self.fetched = 0
        self.last_ids: list[str] = []
        self.feed: queue.Queue[str | None] = queue.Queue()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                if self.path == "/events":
                    site.last_ids.append(self.headers.get("Last-Event-ID", ""))
                    while (text := site.feed.get(timeout=30)) is not None:
                        self.wfile.write(text.encode())
                else:
                    site.fetched += 1
                    self.wfile.write(f"<p>{site.state}</p>".encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Keep the test's output for its failures."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.feed.put(None)
        self.server.shutdown()
        self.thread.join(timeout=10)
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.stop()


def test_events_are_read_with_names_comments_and_several_lines(site: Site) -> None:
    site.feed.put(": alive\n\nretry: 2000\n\nevent: end\nid: 7\ndata: one\ndata: two\n\ndata: plain\n\n")
    site.feed.put(None)
    browser = Browser(site.url)
    with open_stream(f"{site.url}/events", browser.session.cookies) as stream:
        assert list(events(stream)) == [Event("end", "one\ntwo", "7"), Event("message", "plain", "7")]


def test_a_change_is_seen_when_its_event_comes(site: Site) -> None:
    with Browser(site.url).open_page("applications") as page:
        outcome: list[float] = []
        waiter = threading.Thread(
            target=lambda: outcome.append(page.shows("/part", lambda shown: "Running" in shown.text, 20))
        )
        waiter.start()
        wait_until(lambda: site.fetched == 1, "the page was drawn once")
        site.state = "Running"
        site.feed.put("event: cluster\ndata: 1\n\n")
        site.feed.put("event: applications\ndata: 2\n\n")
        waiter.join(timeout=20)
        site.feed.put(None)
    assert len(outcome) == 1
    assert site.fetched == 2, "an event of another topic must not make the page fetch this part"


def test_a_change_without_an_event_is_not_seen(site: Site) -> None:
    with Browser(site.url).open_page("applications") as page:
        with pytest.raises(UnexpectedError, match=r"/part did not show it within 0\.3 s; it says: Waiting"):
            page.shows("/part", lambda shown: "Running" in shown.text, 0.3)
        site.feed.put(None)
    assert site.fetched == 1


@pytest.mark.slow
def test_a_stream_that_breaks_off_is_taken_up_behind_the_last_event(site: Site) -> None:
    site.feed.put("id: 7\ndata: one\n\n")
    site.feed.put(None)
    site.feed.put("id: 9\ndata: two\n\nevent: end\ndata: {}\n\n")
    taken = []
    for event in follow(f"{site.url}/events", Browser(site.url).session.cookies, 20):
        assert event is not None
        taken.append(event.data)
        if event.name == "end":
            break
    site.feed.put(None)
    assert taken == ["one", "two", "{}"]
    assert site.last_ids == ["", "7"]


@pytest.mark.slow
def test_a_stream_on_which_nothing_but_signs_of_life_comes_is_not_followed_for_ever(site: Site) -> None:
    def listen() -> None:
        for event in follow(f"{site.url}/events", Browser(site.url).session.cookies, 0.5):
            assert event is None
            site.feed.put(": alive\n\n")

    site.feed.put(": alive\n\n")
    with pytest.raises(TimeoutError, match=r"did not come to an end within 0\.5 s"):
        listen()
    site.feed.put(None)
