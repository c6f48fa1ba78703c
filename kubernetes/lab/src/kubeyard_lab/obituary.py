"""Recognising the gateway's message that a kernel has died."""

import json
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1

from kubeyard_lab.waiting_messages import Message

# A status message is short: the output of cells, which may say anything, is hardly ever looked into.
_STATUS_BYTES_MAX = 4096
_HEADER, _CONTENT = 0, 3


def says_dead(message: Message) -> bool:
    """Whether this is the status message of a dead kernel, in either protocol."""
    if len(message) > _STATUS_BYTES_MAX:
        return False
    if isinstance(message, bytes):
        return b'"dead"' in message and _is_death(*_v1_parts(message))
    if '"dead"' not in message:
        return False
    whole = json.loads(message)
    return _is_death(whole.get("header"), whole.get("content"))


def _v1_parts(message: bytes) -> tuple[Any, Any]:
    _, parts = deserialize_msg_from_ws_v1(message)  # type: ignore[no-untyped-call]
    return json.loads(parts[_HEADER]), json.loads(parts[_CONTENT])


def _is_death(header: Any, content: Any) -> bool:
    return bool(header and header.get("msg_type") == "status" and content.get("execution_state") == "dead")
