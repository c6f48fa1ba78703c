"""The keys that sign tokens: a private file of our own, and the public set for those who verify."""

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey

from kubeyard_web.clock import Clock
from kubeyard_web.files import write_atomically
from kubeyard_web.tokens import stored_keys
from kubeyard_web.tokens.stored_keys import Keys


class KeysAreKeptElsewhere(Exception):  # noqa: N818 - it names what is wrong
    """The file cannot be written here, as a mounted Secret cannot; whoever made it changes it."""


class KeysUnusable(Exception):  # noqa: N818 - it names what is wrong
    """Nothing can be signed; the text tells people so, without where the file is."""

    def __init__(self, file: Path, error: Exception) -> None:
        self.file = file
        self.why = type(error).__name__
        super().__init__(
            f"The web UI's signing keys are unusable ({self.why}). An administrator puts the file back from "
            "its backup."
        )


class SigningKeys:
    """The current key first, then those that it replaced and whose tokens may still live."""

    def __init__(self, private_file: Path, public_file: Path, clock: Clock) -> None:
        self._private_file = private_file
        self._public_file = public_file
        self._clock = clock
        self._lock = threading.Lock()
        self._loaded: Keys = ()
        self._loaded_stamp: tuple[int, int] | None = None

    def current(self) -> RSAKey:
        """The key to sign with; raises KeysUnusable."""
        with self._told_if_unusable():
            return stored_keys.signing_key(self._keys())

    def public_set(self) -> dict[str, Any]:
        """All public keys, as a JSON Web Key Set; raises KeysUnusable."""
        with self._told_if_unusable():
            return stored_keys.public_set(self._keys())

    def ensure(self) -> None:
        """Make the first key when there is none, and publish the public set; raises KeysUnusable."""
        if self._private_file.exists() and not self._is_ours_to_write():
            self._publish(self._read())
            return
        with self._exclusively():
            if not self._private_file.exists():
                self._store(stored_keys.first_keys())
            else:
                self._publish(self._read())

    def prepare(self) -> str:
        """Publish a next key, by which nothing is signed yet; returns its id.

        Raises KeysAreKeptElsewhere, or KeysUnusable.
        """
        with self._changing():
            keys = stored_keys.prepared(self._read())
            self._store(keys)
        return str(next(each.key.kid for each in keys if each.is_next))

    def rotate(self) -> str:
        """Sign with the next key, or a new one, from now on; raises KeysAreKeptElsewhere, or KeysUnusable.

        Returns its id. The old one stays published until its tokens have ended.
        """
        with self._changing():
            keys = stored_keys.rotated(self._read(), self._clock.now())
            self._store(keys)
        return str(stored_keys.signing_key(keys).kid)

    def _keys(self) -> Keys:
        """The keys as they are in the file now: another process may have rotated them."""
        status = self._private_file.stat()
        stamp = (status.st_mtime_ns, status.st_ino)
        with self._lock:
            if stamp != self._loaded_stamp:
                self._loaded, self._loaded_stamp = self._read(), stamp
            return self._loaded

    @contextmanager
    def _told_if_unusable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, LookupError) as error:
            raise KeysUnusable(self._private_file, error) from error

    def _read(self) -> Keys:
        with self._told_if_unusable():
            return stored_keys.parsed(self._private_file.read_text()) if self._private_file.exists() else ()

    def _store(self, keys: Keys) -> None:
        # Published first: no token may be signed by a key that the verifiers cannot know yet.
        self._publish(keys)
        write_atomically(self._private_file, stored_keys.stored(keys), mode=0o600)

    def _publish(self, keys: Keys) -> None:
        text = json.dumps(stored_keys.public_set(keys))
        if not self._public_file.exists() or self._public_file.read_text() != text:
            write_atomically(self._public_file, text, mode=0o644)

    def _is_ours_to_write(self) -> bool:
        return os.access(self._private_file.parent, os.W_OK)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        if self._private_file.parent.exists() and not self._is_ours_to_write():
            raise KeysAreKeptElsewhere(
                f"{self._private_file} cannot be changed here. Where a Secret holds the keys, change that: "
                "`python -m kubeyard_web signing-keys` reads them from standard input and prints the new ones"
            )
        with self._exclusively():
            yield

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        self._private_file.parent.mkdir(parents=True, exist_ok=True)
        lock_file = self._private_file.with_name(self._private_file.name + ".lock")
        with os.fdopen(os.open(lock_file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
