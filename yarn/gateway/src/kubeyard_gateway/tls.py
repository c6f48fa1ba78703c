"""TLS at the gateway's door, with a certificate that may be renewed while it serves."""

import asyncio
import ssl
from pathlib import Path

import structlog

log = structlog.get_logger("kubeyard_gateway")
LOOK_EVERY_SECONDS = 10.0


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what serves with this certificate and key; raises OSError for a pair that does not serve."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


class Tls:
    """The context that every connection is served with; its certificate follows the files."""

    def __init__(self, certificate: Path, key: Path, look_every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        """Raises OSError when the files hold no pair."""
        self._files = (certificate, key)
        self._look_every_seconds = look_every_seconds
        self.context = server_context(*self._files)
        self._stamp = self._now()

    async def run(self) -> None:
        """Take up a renewed certificate, until cancelled; connections that are open keep the old one."""
        while True:
            await asyncio.sleep(self._look_every_seconds)
            try:
                self.renew()
            except OSError as error:
                # Half of it was written, or the wrong one: the old one goes on, and the next look tells more.
                log.warning("certificate_not_taken", reason=str(error))

    def renew(self) -> None:
        """Serve with what the files hold now, if that changed; raises OSError when it is no pair."""
        now = self._now()
        if now == self._stamp:
            return
        # Tried on another first: a context that refuses a key has lost the one it had.
        server_context(*self._files)
        self.context.load_cert_chain(*self._files)
        self._stamp = now
        log.info("certificate_renewed", file=str(self._files[0]))

    def _now(self) -> tuple[int, ...]:
        return tuple(file.stat().st_mtime_ns for file in self._files)
