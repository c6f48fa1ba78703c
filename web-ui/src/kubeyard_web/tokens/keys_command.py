"""Changing keys that live elsewhere, as in a Kubernetes Secret: old ones in, new ones out."""

import json
import sys
from collections.abc import Callable
from typing import TextIO

from kubeyard_web.clock import Clock
from kubeyard_web.tokens import stored_keys
from kubeyard_web.tokens.stored_keys import Keys

CHANGES: dict[str, Callable[[Keys], Keys]] = {
    "prepare": stored_keys.prepared,
    "rotate": lambda keys: stored_keys.rotated(keys, Clock().now()),
}
ACTIONS = ("new", *CHANGES, "public")
_NOTHING_WAITS = 1
_WRONG_KEYS = 2


def change_keys(action: str, given: TextIO, out: TextIO) -> int:
    """Read stored keys (or a PEM key) from `given`, unless they are to be `new`, and write the result.

    Returns the exit code. Only a key that was prepared is rotated to: those who verify what these keys sign
    are far away, and were never given another.
    """
    if action == "new":
        out.write(stored_keys.stored(stored_keys.first_keys()) + "\n")
        return 0
    try:
        keys = stored_keys.parsed(given.read())
        stored_keys.signing_key(keys)
    except (ValueError, LookupError, TypeError):
        text = "Standard input holds no signing keys: give what `signing-keys new` printed, or a PEM key."
        return _refuse(text, _WRONG_KEYS)
    if action == "public":
        out.write(json.dumps(stored_keys.public_set(keys)) + "\n")
        return 0
    if action == "rotate" and not any(each.is_next for each in keys):
        text = "No next key waits: it signs already, or was never made. Make one by `signing-keys prepare`."
        return _refuse(text, _NOTHING_WAITS)
    out.write(stored_keys.stored(CHANGES[action](keys)) + "\n")
    return 0


def _refuse(text: str, code: int) -> int:
    print(text, file=sys.stderr)  # noqa: T201
    return code
