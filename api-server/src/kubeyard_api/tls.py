"""TLS at the server's door, with a certificate that may be renewed while it serves."""

import ssl
import threading
from pathlib import Path

from kubeyard_identity.certificate_pair import CertificatePair

from kubeyard_api.logs import logger

log = logger(__name__)


class Tls:
    """What each new connection is served with: it follows the files, and keeps the last good pair."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises OSError when the files hold no pair."""
        self._lock = threading.Lock()
        self._pair = CertificatePair(certificate, key)

    def context(self) -> ssl.SSLContext:
        """Return the context for a connection that begins now."""
        with self._lock:
            try:
                if self._pair.renew():
                    log.info("certificate renewed", file=str(self._pair.certificate))
            except OSError as error:
                # The old one goes on until the next connection.
                log.warning("certificate not taken", reason=str(error))
            return self._pair.context
