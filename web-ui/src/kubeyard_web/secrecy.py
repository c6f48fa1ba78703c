"""Random tokens, and the hash under which the database knows them."""

import hashlib
import secrets


def new_token() -> str:
    """A token that cannot be guessed (256 bits)."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """The hash of a random token; as the token is random, it needs neither salt nor slowness."""
    return hashlib.sha256(token.encode()).hexdigest()
