"""The private keys as they are stored, and how a new one takes the place of the one before."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeyParameters, KeySet, RSAKey

RSA_BITS = 2048
_FORM: KeyParameters = {"use": "sig", "alg": "RS256"}
# Longer than any token lives that was signed by a key before it was replaced, clocks that differ included.
KEPT_AFTER_ROTATION = timedelta(hours=2)


@dataclass(frozen=True)
class StoredKey:
    """A key; when it was replaced, if it was; and whether it only waits for its use, published already."""

    key: RSAKey
    replaced_at: datetime | None = None
    is_next: bool = False

    def as_dict(self) -> dict[str, Any]:
        """What the file holds of it."""
        replaced = self.replaced_at.isoformat() if self.replaced_at else None
        return {"replaced_at": replaced, "is_next": self.is_next, "jwk": self.key.as_dict(private=True)}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "StoredKey":
        """Read what `as_dict` wrote."""
        replaced = stored["replaced_at"]
        return cls(
            RSAKey.import_key(stored["jwk"]),
            datetime.fromisoformat(replaced) if replaced else None,
            bool(stored.get("is_next")),
        )


Keys = tuple[StoredKey, ...]


# To check a private key takes some 40 ms, and every start reads the same file at least twice.
@lru_cache(maxsize=2)
def parsed(text: str) -> Keys:
    """Read the stored keys, or the one key of a PEM file; raises ValueError where it is neither."""
    try:
        keys = _parsed(text)
    except (ValueError, LookupError, TypeError, JoseError) as error:
        raise ValueError("these are no stored keys") from error
    if not all(each.key.is_private for each in keys):
        raise ValueError("a key lacks its private half")
    return keys


def _parsed(text: str) -> Keys:
    if text.lstrip().startswith("-----BEGIN"):
        key = RSAKey.import_key(text, _FORM)
        key.ensure_kid()
        return (StoredKey(key),)
    return tuple(StoredKey.from_dict(each) for each in json.loads(text)["keys"])


def stored(keys: Keys) -> str:
    """Write them so that `parsed` can read them."""
    return json.dumps({"keys": [each.as_dict() for each in keys]})


def first_keys() -> Keys:
    """One new key, in use at once."""
    return (StoredKey(_new_key()),)


def prepared(keys: Keys) -> Keys:
    """With a next key, which verifiers can be given before anything is signed by it."""
    if any(each.is_next for each in keys):
        return keys
    return (*keys, StoredKey(_new_key(), is_next=True))


def rotated(keys: Keys, now: datetime) -> Keys:
    """With the next key in front, made now if none waits; the old ones stay until their tokens have ended."""
    waiting = [replace(each, is_next=False) for each in keys if each.is_next]
    used = [replace(each, replaced_at=each.replaced_at or now) for each in keys if not each.is_next]
    kept = [each for each in used if each.replaced_at and now - each.replaced_at < KEPT_AFTER_ROTATION]
    return (*(waiting or first_keys()), *kept)


def signing_key(keys: Keys) -> RSAKey:
    """The key to sign with; raises LookupError where none is in use."""
    used = [each.key for each in keys if not each.is_next]
    if not used:
        raise LookupError("no key is in use: rotate-keys puts the next one, or a new one, there")
    return used[0]


def public_set(keys: Keys) -> dict[str, Any]:
    """The public half of all of them, as a JSON Web Key Set."""
    return dict(KeySet([each.key for each in keys]).as_dict(private=False))


def _new_key() -> RSAKey:
    return RSAKey.generate_key(RSA_BITS, _FORM, private=True, auto_kid=True)
