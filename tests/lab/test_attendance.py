"""A Lab that tells the gateway of its person, so that a warm kernel waits."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from harness.scripted_server import Answer, Asked, ScriptedServer
from harness.waiting import wait_until
from kubeyard_lab.attendance import AWAY_AFTER_SECONDS, Attendance, Spares

from .conftest import Edge

log = logging.getLogger("test-attendance")


class Person:
    """Somebody whose last activity is as long ago as the test says."""

    idle = 0.0

    def idle_seconds(self) -> float:
        return self.idle


@contextmanager
def attending(url: str, person: Person) -> Iterator[None]:
    spares = Spares(f"{url}/api/spares", lambda: "hers")
    attendance = Attendance(spares, person.idle_seconds, log, every_seconds=0.02)
    attendance.start()
    try:
        yield
    finally:
        attendance.close()


def methods(server: ScriptedServer) -> list[str]:
    return [asked.method for asked in server.asked]


def test_a_spare_is_asked_for_once_and_signs_of_life_follow() -> None:
    with ScriptedServer(lambda _: Answer(status=202)) as server, attending(server.url, Person()):
        wait_until(lambda: len(server.asked) >= 4, "signs come", 5, 0.02)
        assert methods(server)[:4] == ["POST", "PUT", "PUT", "PUT"]
        assert {asked.headers["Authorization"] for asked in server.asked} == {"Bearer hers"}
        assert {asked.path for asked in server.asked} == {"/api/spares"}


def test_a_gateway_that_was_away_is_asked_again() -> None:
    def script(_: Asked) -> Answer:
        return Answer(status=503 if len(server.asked) < 3 else 202)

    with ScriptedServer(script) as server, attending(server.url, Person()):
        wait_until(lambda: len(server.asked) >= 4, "the wish arrives", 5, 0.02)
        assert methods(server)[:4] == ["POST", "POST", "POST", "PUT"]


def test_who_does_nothing_for_long_is_away_and_asks_anew_on_return() -> None:
    person = Person()
    with ScriptedServer(lambda _: Answer(status=202)) as server, attending(server.url, person):
        wait_until(lambda: "PUT" in methods(server), "the person is here", 5, 0.02)
        person.idle = AWAY_AFTER_SECONDS + 1

        seen = [-1]

        def is_silent() -> bool:
            """Whether two looks in a row saw the same; a sign may be under way at the first."""
            seen.append(len(server.asked))
            return seen[-1] == seen[-2]

        wait_until(is_silent, "no sign comes any more", 5, 0.2)
        person.idle = 0.0
        wait_until(lambda: methods(server).count("POST") == 2, "a spare is asked for again", 5, 0.02)


@pytest.mark.slow
def test_a_labs_start_asks_the_gateway_in_its_persons_name(edge: Edge) -> None:
    ada, bob = edge.gateway.client("ada"), edge.gateway.client("bob")
    edge.lab_of("ada")
    # This gateway has no YARN to make a spare on, and says so to who asked for one.
    why = wait_until(lambda: ada.send("GET", "/api/spares").json()["reason"], "the wish has arrived", 30)
    assert "does not run on YARN" in why
    assert bob.send("GET", "/api/spares").json() == {"spares": [], "reason": ""}
