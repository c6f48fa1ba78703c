"""The typed client: one method an endpoint, and errors that tell refused from unreachable."""

import threading
from collections.abc import Callable

import pytest
from harness.api_server import NOWHERE, ApiServer
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_client.client import KubeyardClient
from kubeyard_client.endpoints import ENDPOINTS
from kubeyard_client.errors import ApiError, ApiUnreachable
from kubeyard_client.messages.errors import ErrorCode

FOR_MONITORING = {"readyz", "metrics", "openapi"}


def _client(url: str, timeout_seconds: float = 5) -> KubeyardClient:
    return KubeyardClient(url, lambda: "token", timeout_seconds)


def test_every_endpoint_has_a_method_of_its_name() -> None:
    wanted = {row.name.replace("-", "_") for row in ENDPOINTS} - FOR_MONITORING
    assert wanted == {name for name in vars(KubeyardClient) if not name.startswith("_")}


def test_refusal_carries_the_server_s_words(api: ApiServer) -> None:
    with pytest.raises(ApiError) as refusal:
        api.client("ada").show_application("application_1_0001")
    assert not isinstance(refusal.value, ApiUnreachable)
    assert (refusal.value.code, refusal.value.status) == (ErrorCode.NOT_FOUND, 404)
    assert refusal.value.detail == "There is no such application."
    assert refusal.value.request_id


def test_name_in_an_address_cannot_leave_it(api: ApiServer) -> None:
    for name in ("../cluster", "a/b", "x?limit=1", "%2e%2e"):
        with pytest.raises(ApiError) as refusal:
            api.client("ada").show_application(name)
        assert refusal.value.status == 404


def test_server_that_is_away_is_unreachable() -> None:
    with pytest.raises(ApiUnreachable, match="out of reach") as away:
        _client(NOWHERE).show_cluster()
    assert not away.value.answered
    assert away.value.unheard


def test_server_that_is_something_else_is_unreachable() -> None:
    with ScriptedServer(lambda _asked: Answer()) as server:
        for answer in (Answer(b"<html>"), Answer(b"no", 502), as_json({"apps": 1}, 404), Answer(status=302)):
            server.script = _always(answer)
            with pytest.raises(ApiUnreachable) as away:
                _client(server.url).list_applications()
            assert away.value.answered is (answer.status < 400)
            assert not away.value.unheard


def test_server_that_does_not_answer_in_time_has_heard_the_question() -> None:
    let_go = threading.Event()

    def answer_late(_asked: Asked) -> Answer:
        let_go.wait(20)
        return Answer()

    with ScriptedServer(answer_late) as server:
        with pytest.raises(ApiUnreachable, match="does not answer in time") as away:
            _client(server.url, timeout_seconds=0.2).show_cluster()
        let_go.set()
    assert not away.value.unheard


def _always(answer: Answer) -> Callable[[Asked], Answer]:
    return lambda _asked: answer


def test_message_of_a_newer_server_is_still_read() -> None:
    newer = {"reachable": True, "memory_mb": {"total": 7, "on_mars": 1}, "gpus": 3}
    with ScriptedServer(lambda _asked: as_json(newer)) as server:
        assert _client(server.url).show_cluster().memory_mb.total == 7
