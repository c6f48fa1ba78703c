"""A service's certificate and its key: two files that may be renewed while it serves with them."""

import ssl
from pathlib import Path


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what serves with this certificate and key; raises OSError for a pair that does not serve."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


class CertificatePair:
    """Follows its files, and keeps the last good pair. For one thread at a time."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises OSError when the files hold no pair."""
        self.certificate = certificate
        self.key = key
        # Before the files are read: what is written in between is seen at the next look.
        self._stamp = self._now()
        self.context = server_context(certificate, key)

    def renew(self) -> bool:
        """Make `context` anew if the files have changed, and return whether they had.

        Raises OSError when they hold no pair now: half of one was written, or the wrong one. The context
        stays then, and the next call looks again.
        """
        now = self._now()
        if now == self._stamp:
            return False
        self.context = server_context(self.certificate, self.key)
        self._stamp = now
        return True

    def _now(self) -> tuple[int, ...]:
        return tuple(file.stat().st_mtime_ns for file in (self.certificate, self.key))
