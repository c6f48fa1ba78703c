"""Cells of which nothing was heard: sent again to the same kernel, and to no other."""

import json

import pytest
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from kubeyard_lab import unbegun as module
from kubeyard_lab.unbegun import Unbegun


def message(ident: str, kind: str, channel: str = "shell", parent: str = "") -> bytes:
    headers = ({"msg_id": ident, "msg_type": kind}, {"msg_id": parent} if parent else {})
    parts = [json.dumps(part).encode() for part in (*headers, {}, {"code": "1"})]
    written: bytes = serialize_msg_to_ws_v1(parts, channel)  # type: ignore[no-untyped-call]
    return written


def cell(ident: str) -> bytes:
    return message(ident, "execute_request")


@pytest.fixture
def unbegun() -> Unbegun:
    """Connected to one kernel."""
    made = Unbegun()
    made.connected("application_1")
    return made


def test_cells_go_again_in_their_order_until_something_is_heard_of_them(unbegun: Unbegun) -> None:
    for ident in ("c1", "c2", "c3"):
        unbegun.sent(cell(ident))
    assert unbegun.connected("application_1") == [cell("c1"), cell("c2"), cell("c3")]
    unbegun.heard(message("m1", "status", "iopub", parent="c1"))
    unbegun.heard(message("m2", "execute_reply", parent="c3"))
    assert unbegun.connected("application_1") == [cell("c2")]


def test_what_is_no_cell_goes_once(unbegun: Unbegun) -> None:
    unbegun.sent(message("q1", "complete_request"))
    unbegun.sent(message("q2", "execute_request", "control"))
    unbegun.sent("a text of the old protocol")
    assert unbegun.connected("application_1") == []


def test_a_cell_for_a_kernel_before_its_restart_never_runs_in_the_next(unbegun: Unbegun) -> None:
    unbegun.sent(cell("c1"))
    assert unbegun.connected("application_2") == []
    assert unbegun.connected("application_1") == []


def test_where_nobody_says_which_kernel_it_is_nothing_goes_again() -> None:
    unknown = Unbegun()
    unknown.connected("")
    unknown.sent(cell("c1"))
    assert unknown.connected("") == []


def test_the_oldest_make_room(unbegun: Unbegun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_COUNT_MAX", 2)
    for ident in ("c1", "c2", "c3"):
        unbegun.sent(cell(ident))
    assert unbegun.connected("application_1") == [cell("c2"), cell("c3")]
