"""TLS at the gateway's door, with a certificate that may be renewed while it serves."""

import asyncio
from pathlib import Path

import structlog
from kubeyard_identity.certificate_pair import CertificatePair

log = structlog.get_logger("kubeyard_gateway")
LOOK_EVERY_SECONDS = 10.0


class Tls:
    """The context that every connection is served with; its certificate follows the files."""

    def __init__(self, certificate: Path, key: Path, look_every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        """Raises OSError when the files hold no pair."""
        self._look_every_seconds = look_every_seconds
        self._pair = CertificatePair(certificate, key)
        self.context = self._taken = self._pair.context

    async def run(self) -> None:
        """Take up a renewed certificate, until cancelled; connections that are open keep the old one."""
        while True:
            await asyncio.sleep(self._look_every_seconds)
            try:
                self.renew()
            except OSError as error:
                # The old one goes on, and the next look tells more.
                log.warning("certificate_not_taken", reason=str(error))

    def renew(self) -> None:
        """Serve with what the files hold now, if that changed; raises OSError when it is no pair."""
        self._pair.renew()
        if self._taken is self._pair.context:
            return
        # The server holds one context for good. What it takes now was tried on another first: a context that
        # refuses a key has lost the one that it had.
        self.context.load_cert_chain(self._pair.certificate, self._pair.key)
        self._taken = self._pair.context
        log.info("certificate_renewed", file=str(self._pair.certificate))
