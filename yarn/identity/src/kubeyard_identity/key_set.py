"""The public keys that tokens are checked with, kept as a file that may change while we run."""

import json
import threading
from pathlib import Path
from typing import Any

import jwt


class KeySetUnusable(Exception):  # noqa: N818 - it names what is wrong
    """The key set's file is absent or holds no usable RSA key."""


class KeySetFile:
    """A JSON Web Key Set on disk, read again whenever the file was replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._keys: dict[str, jwt.PyJWK] = {}

    def key(self, key_id: str) -> jwt.PyJWK | None:
        """The RSA key with this id, or None when the set has none. Raises KeySetUnusable."""
        with self._lock:
            self._refresh()
            return self._keys.get(key_id)

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
            # The inode tells two atomic replacements within one clock tick apart.
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if stamp != self._stamp:
                self._keys = rsa_keys(json.loads(self._path.read_text("utf-8")))
                self._stamp = stamp
        except (OSError, ValueError, jwt.PyJWTError) as error:
            # Keys that were removed on purpose must not live on here.
            self._keys, self._stamp = {}, None
            raise KeySetUnusable(f"the public key set {self._path} cannot be used: {error}") from error


def rsa_keys(document: Any) -> dict[str, jwt.PyJWK]:
    """Return a set's RSA keys by their id; raises ValueError or PyJWTError for what is no such set."""
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("it has no list of keys")
    # A shared secret ("oct") in the set would turn a public file into a signing key: RSA only.
    rsa = [
        entry for entry in entries if isinstance(entry, dict) and entry.get("kty") == "RSA" and "kid" in entry
    ]
    if not rsa:
        raise ValueError("it has no RSA key with a kid")
    return {str(entry["kid"]): jwt.PyJWK(entry, algorithm="RS256") for entry in rsa}
