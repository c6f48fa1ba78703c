"""The Lab's gateway token: there early, renewed ahead, and never waited for long."""

import base64
import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.waiting import wait_until
from kubeyard_lab.renewer import RenewedToken
from kubeyard_lab.tokens import Exchange, ExchangeError

HUB_TOKEN = "the-labs-own-hub-token"
log = logging.getLogger("test-renewer")


def signed_for(seconds: float, mark: str = "") -> str:
    """A token of the right shape; its signature is the gateway's business, not the Lab's."""
    claims = {"sub": "ada", "exp": time.time() + seconds, "jti": mark}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJSUzI1NiJ9.{body}.c2lnbmF0dXJl"


@contextmanager
def renewed_from(url: str) -> Iterator[RenewedToken]:
    token = RenewedToken(Exchange(url, HUB_TOKEN), log)
    token.start()
    try:
        yield token
    finally:
        token.close()


def test_first_token_is_fetched_with_the_labs_hub_token() -> None:
    given = signed_for(600)
    with ScriptedServer(lambda _: as_json({"token": given})) as server, renewed_from(server.url) as token:
        assert token.current() == given
        assert server.asked[0].method == "POST"
        assert server.asked[0].headers["Authorization"] == f"token {HUB_TOKEN}"


def test_token_is_renewed_before_it_ends_without_being_asked_for() -> None:
    def script(_: Asked) -> Answer:
        return as_json({"token": signed_for(1.2, mark=str(time.monotonic()))})

    with ScriptedServer(script) as server, renewed_from(server.url) as token:
        first = token.current()
        wait_until(lambda: token.current() != first, "a second token came", every_seconds=0.02)


def test_renewal_is_due_a_quarter_of_its_life_before_a_token_ends() -> None:
    with ScriptedServer(lambda _: as_json({"token": signed_for(600)})) as server:
        token = Exchange(server.url, HUB_TOKEN).fetch()
    assert token.ends_at - token.renew_at == pytest.approx(150, abs=5)


def test_one_token_serves_many_requests() -> None:
    with (
        ScriptedServer(lambda _: as_json({"token": signed_for(600)})) as server,
        renewed_from(server.url) as token,
    ):
        assert len({token.current() for _ in range(100)}) == 1
        assert len(server.asked) == 1


def test_outage_keeps_the_last_token_and_ends_by_itself() -> None:
    healthy = threading.Event()
    healthy.set()

    def script(_: Asked) -> Answer:
        if healthy.is_set():
            return as_json({"token": signed_for(600, mark=str(time.monotonic()))})
        return as_json({"code": "down"}, status=503)

    with ScriptedServer(script) as server, renewed_from(server.url) as token:
        first = token.current()
        healthy.clear()
        token.renew()
        wait_until(lambda: len(server.asked) > 1, "the exchange was asked again")
        assert token.current() == first
        healthy.set()
        wait_until(lambda: token.current() != first, "a new token came after the outage", timeout_seconds=5)


def test_refused_token_is_renewed_at_once() -> None:
    def script(_: Asked) -> Answer:
        return as_json({"token": signed_for(600, mark=str(time.monotonic()))})

    with ScriptedServer(script) as server, renewed_from(server.url) as token:
        first = token.current()
        token.renew()
        wait_until(lambda: token.current() != first, "the token was renewed", timeout_seconds=3)


def test_hanging_exchange_holds_the_caller_only_briefly() -> None:
    release = threading.Event()

    def script(_: Asked) -> Answer:
        release.wait(10)
        return as_json({"token": signed_for(600)})

    with ScriptedServer(script) as server, renewed_from(server.url) as token:
        begun = time.monotonic()
        assert token.current(wait_seconds=0.3) == ""
        assert time.monotonic() - begun < 1
        release.set()


def test_log_names_the_trouble_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG, "test-renewer"),
        ScriptedServer(lambda _: as_json({"code": "no"}, status=401)) as server,
        renewed_from(server.url) as token,
    ):
        token.current()
        wait_until(lambda: caplog.records, "the refusal was logged")
    assert "401" in caplog.text
    assert HUB_TOKEN not in caplog.text


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"not json"),
        as_json({"token": "no-token"}),
        as_json({}),
        as_json([]),
        Answer(b"", 302, {"Location": "/x"}),
    ],
)
def test_answer_that_is_no_token_is_refused(answer: Answer) -> None:
    with ScriptedServer(lambda _: answer) as server, pytest.raises(ExchangeError, match=server.url):
        Exchange(server.url, HUB_TOKEN).fetch()


def test_exchange_that_is_away_is_an_error_without_the_secret() -> None:
    with pytest.raises(ExchangeError, match="does not answer") as error:
        Exchange("http://127.0.0.1:9/api/token", HUB_TOKEN).fetch()
    assert HUB_TOKEN not in str(error.value)
