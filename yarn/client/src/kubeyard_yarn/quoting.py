"""Keeps users' values out of the hands of the three readers of a container's command line."""

import base64
import json
import re
from collections.abc import Mapping

# Read inside the double quotes of `exec /bin/bash -c "COMMAND"`, the line that a NodeManager writes.
_OUTER = str.maketrans({character: f"\\{character}" for character in '\\"$`'})
# A word that no reader changes, so it may stay as it is and the line stays readable.
_PLAIN = re.compile(r"[A-Za-z0-9_./:=,@%+-]+")
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def quote_for_container(value: str) -> str:
    """Return `value` as one word of a container's command, read by nobody on its way to the program.

    Three read the line, in this order. YARN replaces `{{NAME}}`, `<LOG_DIR>`, `<CPS>` and whatever
    marker a later version adds: all begin with `{{` or `<`, so an empty pair of quotes behind each
    brace and bracket breaks them. Then bash reads it inside double quotes, then once more as a command.
    """
    if "\0" in value:
        raise ValueError("a word of a command cannot hold a NUL character; remove it")
    if _PLAIN.fullmatch(value):
        return value
    inner = "'" + value.replace("'", "'\\''") + "'"
    inner = re.sub(r"([{}<>])", r"\1''", inner)
    return inner.translate(_OUTER)


def pack_for_container(value: Mapping[str, object]) -> str:
    """Return `value` as text for an environment entry that holds nothing for YARN or bash to expand.

    A NodeManager exports the environment inside double quotes and after its own replacements, so values
    of users travel as base64 of JSON. `unpack` is the way back.
    """
    return base64.b64encode(json.dumps(value).encode()).decode()


def unpack(text: str) -> dict[str, object]:
    """Return what `pack_for_container` made into `text`."""
    value = json.loads(base64.b64decode(text, validate=True))
    if not isinstance(value, dict):
        raise ValueError("the packed value is not an object")
    return value


def encode_file(content: str) -> str:
    """Return a file's content as a word that `base64 -d` in the container turns back."""
    return base64.b64encode(content.encode()).decode()


def environment_name(name: str) -> str:
    """Return `name` if bash takes it as the name of a variable: it cannot be quoted where it stands."""
    if _ENVIRONMENT_NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} cannot name an environment variable; use letters, digits and _")
    return name
