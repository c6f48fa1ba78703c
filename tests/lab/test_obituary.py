"""Telling a kernel's death from all else that a kernel says."""

import json
from typing import Any

import pytest
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from kubeyard_lab.obituary import says_dead


def v1(msg_type: str, content: dict[str, Any]) -> bytes:
    parts = [json.dumps(part).encode() for part in ({"msg_type": msg_type}, {}, {}, content)]
    message: bytes = serialize_msg_to_ws_v1(parts, "iopub")  # type: ignore[no-untyped-call]
    return message


def legacy(msg_type: str, content: dict[str, Any]) -> str:
    return json.dumps({"header": {"msg_type": msg_type}, "content": content, "channel": "iopub"})


@pytest.mark.parametrize("written", [v1, legacy])
def test_status_dead_is_a_death(written: Any) -> None:
    assert says_dead(written("status", {"execution_state": "dead"}))


@pytest.mark.parametrize("written", [v1, legacy])
@pytest.mark.parametrize("state", ["idle", "busy", "restarting"])
def test_other_states_are_none(written: Any, state: str) -> None:
    assert not says_dead(written("status", {"execution_state": state}))


@pytest.mark.parametrize("written", [v1, legacy])
def test_a_cell_that_prints_the_word_is_none(written: Any) -> None:
    assert not says_dead(written("stream", {"name": "stdout", "text": '"dead"', "execution_state": "dead"}))
    assert not says_dead(written("execute_result", {"data": {"text/plain": '"dead"'}}))


def test_large_output_is_not_looked_into() -> None:
    assert not says_dead(b'"dead"' * 10_000)
