"""A stream that answers a cell without waiting where nothing was written, and takes much in pieces."""

from ipykernel.iostream import OutStream

# One message of a stream: what a slow reader has not taken yet is counted in messages.
PIECE_CHARACTERS = 256 << 10


class QuickStream(OutStream):
    """ipykernel flushes stdout and stderr after each cell, and each flush waits for another thread."""

    # Longer than output waits for its readers; whoever gives up earlier only piles it up here.
    flush_timeout = 90
    _written = False
    _unflushed = 0

    def write(self, string: str) -> int:
        """Write, and remember that there is something to flush; much is written piece by piece."""
        self._written = True
        if not isinstance(string, str) or self._unflushed + len(string) < PIECE_CHARACTERS:
            written = super().write(string) or 0
            self._unflushed += written
            return written
        for start in range(0, len(string), PIECE_CHARACTERS):
            super().write(string[start : start + PIECE_CHARACTERS])
            self._written = True
            self.flush()
        return len(string)

    def flush(self) -> None:
        """Flush what was written since the last time, if anything."""
        if self._written:
            self._written = False
            self._unflushed = 0
            super().flush()  # type: ignore[no-untyped-call]  # ipykernel's is untyped
