"""What open pages are told as it happens."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from harness.applications import application
from harness.site import Site
from harness.waiting import wait_until
from harness.web_ui import Browser
from kubeyard_client.messages.events import EVERYBODY, Change, Topic
from kubeyard_web.events.fanout import Fanout, Subscriber, TooManySubscribersError

# Of a page that holds all that happened so far.
UP_TO_DATE = "/events?since=999999999"


@contextmanager
def listening(browser: Browser, path: str = "/events") -> Iterator[list[str]]:
    """The lines of the browser's stream, as they come."""
    address = urlsplit(browser.url)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.http.cookies)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookies, "Accept": "text/event-stream"})
    wire = connection.sock
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    lines: list[str] = []

    def read() -> None:
        while line := answer.readline():
            lines.append(line.decode().rstrip("\n"))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        wait_until(lambda: "data: up" in lines, "the stream is connected to the API")
        yield lines
    finally:
        wire.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=10)
        answer.close()
        wire.close()


def known_version(browser: Browser) -> int | None:
    """The last change that the web UI knew of when it rendered a page; None before the first."""
    body = BeautifulSoup(browser.get("/environments").text, "html.parser").body
    assert body is not None
    address = urlsplit(str(body["data-events-url"]))
    assert address.path == "/events"
    since = parse_qs(address.query).get("since")
    return int(since[0]) if since else None


def test_a_change_reaches_whom_it_concerns_and_nobody_else(site: Site) -> None:
    # The first to listen is told of everything, since nobody listened before.
    with listening(site.visitor("bob")):
        site.mirror(application(1, "bob"))
        wait_until(lambda: known_version(site.visitor("bob")) is not None, "the web UI hears of changes")
        with (
            listening(site.visitor("ada"), UP_TO_DATE) as ada,
            listening(site.visitor("eve"), UP_TO_DATE) as eve,
            listening(site.visitor("grace"), UP_TO_DATE) as grace,
        ):
            site.mirror(application(2, "ada"))
            wait_until(lambda: "event: applications" in ada, "ada is told")
            wait_until(lambda: "event: applications" in grace, "the administrator is told")

            site.lose_cluster("gone")
            wait_until(lambda: "event: cluster" in eve, "eve is told of the cluster")
            assert "event: applications" not in eve


def test_the_stream_is_for_people_who_are_logged_in(site: Site) -> None:
    answer = site.web.browser().get("/events", headers={"Accept": "text/event-stream"})

    assert answer.status_code == 401


def change(*owners: str, topic: Topic = Topic.APPLICATIONS, version: int = 1) -> Change:
    """A change of one thing of each of these owners."""
    return Change(topic=topic, ids=tuple(f"id-{owner}" for owner in owners), owners=owners, version=version)


@pytest.mark.parametrize(
    ("name", "is_admin", "told"),
    [("ada", False, True), ("eve", False, False), ("grace", True, True)],
)
def test_a_subscriber_is_told_of_what_concerns_him(name: str, is_admin: bool, told: bool) -> None:
    subscriber = Subscriber(name, is_admin=is_admin)

    assert subscriber.concerns(change("ada", "bob")) is told
    assert subscriber.concerns(change())
    assert subscriber.concerns(change(EVERYBODY))


def test_a_slow_subscriber_holds_no_more_than_one_word_a_topic() -> None:
    fanout = Fanout(most=1)
    slow = Subscriber("ada", is_admin=False)
    fanout.publish(change("ada", version=0))

    with fanout.subscription(slow, fanout.version):
        for version in range(1, 10_000):
            fanout.publish(change("ada", version=version))
        news = slow.wait(0)

    assert news == {"upstream": "connecting", "applications": "9999"}
    assert slow.wait(0) == {}


def test_there_is_a_limit_and_who_leaves_makes_room() -> None:
    fanout = Fanout(most=1)

    with (
        fanout.subscription(Subscriber("ada", is_admin=False)),
        pytest.raises(TooManySubscribersError),
        fanout.subscription(Subscriber("bob", is_admin=False)),
    ):
        pass
    with fanout.subscription(Subscriber("bob", is_admin=False)):
        assert len(fanout) == 1
    assert len(fanout) == 0


@pytest.mark.parametrize(
    ("name", "is_admin", "told"),
    [
        ("ada", False, {"applications": "8", "cluster": "9"}),
        ("eve", False, {"cluster": "9"}),
        ("grace", True, {"applications": "8", "cluster": "9"}),
    ],
)
def test_what_changed_between_a_page_and_its_stream_is_told_at_once(
    name: str, is_admin: bool, told: dict[str, str]
) -> None:
    fanout = Fanout(most=1)
    fanout.publish(change("ada", "eve", topic=Topic.KERNELS, version=7))
    rendered_at = fanout.version
    fanout.publish(change("ada", version=8))
    fanout.publish(change(topic=Topic.CLUSTER, version=9))

    with fanout.subscription(Subscriber(name, is_admin=is_admin), rendered_at) as late:
        assert late.wait(0) == {"upstream": "connecting", **told}


def test_a_stream_that_goes_on_where_the_page_ends_is_told_nothing_twice() -> None:
    fanout = Fanout(most=1)
    fanout.publish(change("ada", version=7))

    with fanout.subscription(Subscriber("ada", is_admin=False), fanout.version) as prompt:
        assert prompt.wait(0) == {"upstream": "connecting"}


@pytest.mark.parametrize("since", [None, 3])
def test_a_page_of_before_the_first_known_change_asks_for_everything_anew(since: int | None) -> None:
    fanout = Fanout(most=1)
    fanout.publish(change("bob", version=7))

    with fanout.subscription(Subscriber("ada", is_admin=False), since) as late:
        assert late.wait(0) == {"upstream": "connecting"} | {topic.value: "7" for topic in Topic}


def test_a_page_says_from_which_change_its_stream_goes_on(site: Site) -> None:
    ada = site.visitor("ada")
    with listening(ada):
        site.mirror(application(1, "ada"))
        wait_until(lambda: known_version(ada) is not None, "the web UI hears of changes")

    version = known_version(ada)
    assert version is not None
    site.mirror(application(2, "ada"))
    with listening(ada, f"/events?since={version}") as later:
        wait_until(lambda: "event: applications" in later, "ada is told of what she missed")
