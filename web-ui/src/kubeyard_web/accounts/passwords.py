"""Hashing and checking passwords, at a cost that is the same whoever asks."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 10
MAX_LENGTH = 1000
# What OWASP advises for argon2id. A few at a time, so that a flood of logins cannot take the memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = threading.BoundedSemaphore(4)
_nobodys_hash = _hasher.hash("the password of nobody")


class WeakPassword(ValueError):  # noqa: N818 - it names what is wrong
    """This password is not accepted; the text says why."""


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    with _at_once:
        return _hasher.hash(password)


def verify(password: str, password_hash: str | None) -> bool:
    """Whether the password fits; without a hash (nobody of that name) it takes as long and does not."""
    try:
        with _at_once:
            fits = _hasher.verify(password_hash or _nobodys_hash, password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return fits and password_hash is not None


def check_strength(password: str, name: str) -> None:
    """Raise WeakPassword unless the password may be chosen."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"A password has at least {MIN_LENGTH} characters; this one has {len(password)}.")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"A password has at most {MAX_LENGTH} characters.")
    if name and name in password.lower() and len(password) < MIN_LENGTH + len(name):
        raise WeakPassword("A password must not be made of the name.")
    if len(set(password)) < 4:
        raise WeakPassword("A password of so few different characters is guessed at once.")
