"""Requests to the kernel's control port and their answers, for the eyes of the two ends only."""

import hashlib
import hmac
import os

_NONCE_BYTES = 12
_TAG_BYTES = 16
_PURPOSE = b"kubeyard: control port"


class Seal:
    """Encrypts and authenticates with a key made of the kernel's own, which both ends have."""

    def __init__(self, key: bytes) -> None:
        """`key` signs the kernel's messages; another is made of it, since each has one purpose."""
        self._key = hmac.new(key, _PURPOSE, hashlib.sha256).digest()

    def close(self, text: bytes, about: str) -> bytes:
        """Return `text` sealed; it opens only as what it is `about`."""
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._cipher(nonce, about)
        body, tag = cipher.encrypt_and_digest(text)
        return nonce + bytes(tag) + bytes(body)

    def open(self, sealed: bytes, about: str) -> bytes:
        """Return what was sealed; raises ValueError for anything else."""
        head = _NONCE_BYTES + _TAG_BYTES
        cipher = self._cipher(sealed[:_NONCE_BYTES], about)
        return bytes(cipher.decrypt_and_verify(sealed[head:], sealed[_NONCE_BYTES:head]))

    def _cipher(self, nonce: bytes, about: str):  # type: ignore[no-untyped-def]  # has no types here
        # Of the environment in the container, and of the gateway's.
        from Cryptodome.Cipher import AES  # type: ignore[import-not-found]

        cipher = AES.new(self._key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG_BYTES)
        cipher.update(about.encode())
        return cipher
