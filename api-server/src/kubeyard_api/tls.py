"""TLS at the server's door, with a certificate that may be renewed while it serves."""

import ssl
import threading
from pathlib import Path

from kubeyard_api.logs import logger

log = logger(__name__)


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what serves with this certificate and key; raises OSError for a pair that does not serve."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


class Tls:
    """What each new connection is served with: it follows the files, and keeps the last good pair."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises OSError when the files hold no pair."""
        self._files = (certificate, key)
        self._lock = threading.Lock()
        self._context = server_context(*self._files)
        self._stamp = self._now()

    def context(self) -> ssl.SSLContext:
        """Return the context for a connection that begins now."""
        with self._lock:
            try:
                now = self._now()
                if now != self._stamp:
                    self._context = server_context(*self._files)
                    self._stamp = now
                    log.info("certificate renewed", file=str(self._files[0]))
            except OSError as error:
                # Half of it was written, or the wrong one: the old one goes on until the next connection.
                log.warning("certificate not taken", reason=str(error))
            return self._context

    def _now(self) -> tuple[int, ...]:
        return tuple(file.stat().st_mtime_ns for file in self._files)
