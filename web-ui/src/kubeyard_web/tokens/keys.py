"""The keys that sign tokens: a private file of our own, and the public set for those who verify."""

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from joserfc.jwk import KeySet, RSAKey

from kubeyard_web.clock import Clock
from kubeyard_web.files import write_atomically

RSA_BITS = 2048
# Longer than any token lives that was signed by a key before it was replaced, clocks that differ included.
KEPT_AFTER_ROTATION = timedelta(hours=2)


@dataclass(frozen=True)
class StoredKey:
    """A key and the moment it was replaced, if it was."""

    key: RSAKey
    replaced_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """What the file holds of it."""
        replaced = self.replaced_at.isoformat() if self.replaced_at else None
        return {"replaced_at": replaced, "jwk": self.key.as_dict(private=True)}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "StoredKey":
        """Read what `as_dict` wrote."""
        replaced = stored["replaced_at"]
        return cls(RSAKey.import_key(stored["jwk"]), datetime.fromisoformat(replaced) if replaced else None)


# To check a private key takes some 40 ms, and every start reads the same file at least twice.
@lru_cache(maxsize=2)
def _parsed(text: str) -> tuple[StoredKey, ...]:
    return tuple(StoredKey.from_dict(each) for each in json.loads(text)["keys"])


class SigningKeys:
    """The current key first, then those that it replaced and whose tokens may still live."""

    def __init__(self, private_file: Path, public_file: Path, clock: Clock) -> None:
        self._private_file = private_file
        self._public_file = public_file
        self._clock = clock
        self._lock = threading.Lock()
        self._loaded: tuple[StoredKey, ...] = ()
        self._loaded_stamp: tuple[int, int] | None = None

    def current(self) -> RSAKey:
        """The key to sign with."""
        return self._keys()[0].key

    def public_set(self) -> dict[str, Any]:
        """All public keys, as a JSON Web Key Set."""
        return _public(self._keys())

    def ensure(self) -> None:
        """Make the first key when there is none, and publish the public set."""
        with self._exclusively():
            if not self._private_file.exists():
                self._store([StoredKey(_new_key())])
            else:
                self._publish(self._read())

    def rotate(self) -> str:
        """Put a new key in front and return its id; the old one stays published until its tokens ended."""
        now = self._clock.now()
        with self._exclusively():
            old = self._read() if self._private_file.exists() else []
            kept = [StoredKey(each.key, each.replaced_at or now) for each in old]
            kept = [
                each for each in kept if each.replaced_at and now - each.replaced_at < KEPT_AFTER_ROTATION
            ]
            fresh = _new_key()
            self._store([StoredKey(fresh), *kept])
        return str(fresh.kid)

    def _keys(self) -> tuple[StoredKey, ...]:
        """The keys as they are in the file now: another process may have rotated them."""
        status = self._private_file.stat()
        stamp = (status.st_mtime_ns, status.st_ino)
        with self._lock:
            if stamp != self._loaded_stamp:
                self._loaded, self._loaded_stamp = tuple(self._read()), stamp
            return self._loaded

    def _read(self) -> list[StoredKey]:
        return list(_parsed(self._private_file.read_text()))

    def _store(self, keys: list[StoredKey]) -> None:
        # Published first: no token may be signed by a key that the verifiers cannot know yet.
        self._publish(keys)
        write_atomically(
            self._private_file, json.dumps({"keys": [each.as_dict() for each in keys]}), mode=0o600
        )

    def _publish(self, keys: list[StoredKey]) -> None:
        text = json.dumps(_public(tuple(keys)))
        if not self._public_file.exists() or self._public_file.read_text() != text:
            write_atomically(self._public_file, text, mode=0o644)

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        self._private_file.parent.mkdir(parents=True, exist_ok=True)
        lock_file = self._private_file.with_name(self._private_file.name + ".lock")
        with os.fdopen(os.open(lock_file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield


def _new_key() -> RSAKey:
    return RSAKey.generate_key(RSA_BITS, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)


def _public(keys: tuple[StoredKey, ...]) -> dict[str, Any]:
    return dict(KeySet([each.key for each in keys]).as_dict(private=False))
