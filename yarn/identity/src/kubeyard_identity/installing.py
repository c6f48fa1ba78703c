"""Taking over a public key set: checked as a whole first, then put in place in one step."""

import json
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

from kubeyard_identity.key_set import rsa_keys
from kubeyard_identity.whole_file import write_whole

# Members of a JSON Web Key that only its owner may have.
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class KeySetRefused(Exception):  # noqa: N818 - it names what happened
    """What was given is no public key set; the message says why, and never quotes it."""


@dataclass(frozen=True)
class Installed:
    """The ids of the keys that are good from now on, of those that came, and of those that went."""

    keys: Set[str]
    added: Set[str]
    removed: Set[str]


def install_key_set(content: bytes, file: Path) -> Installed:
    """Put the key set into `file`; raises KeySetRefused, and then leaves what is there."""
    document = _public(content)
    keys = set(document)
    before = _known(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps({"keys": list(document.values())}).encode(), 0o644)
    return Installed(frozenset(keys), frozenset(keys - before), frozenset(before - keys))


def _public(content: bytes) -> dict[str, dict[str, Any]]:
    """Return each public RSA key by its id."""
    try:
        document = json.loads(content)
        usable = rsa_keys(document)
    except (ValueError, jwt.PyJWTError) as error:
        # A page of HTML is what a wrong address gives.
        raise KeySetRefused(f"this is no key set (JWKS): {_words(error)}") from error
    entries = [entry for entry in document["keys"] if str(entry.get("kid")) in usable]
    for entry in entries:
        if PRIVATE_MEMBERS & set(entry):
            raise KeySetRefused(
                f"the key {entry['kid']} is a private one: it must stay with the web UI, which serves the "
                "public set at /jwks.json. It has been shown to this machine now, so rotate it"
            )
    return {str(entry["kid"]): entry for entry in entries}


def _words(error: Exception) -> str:
    return "it is no JSON" if isinstance(error, json.JSONDecodeError) else str(error)


def _known(file: Path) -> set[str]:
    try:
        return set(rsa_keys(json.loads(file.read_text("utf-8"))))
    except (OSError, ValueError, jwt.PyJWTError):
        return set()
