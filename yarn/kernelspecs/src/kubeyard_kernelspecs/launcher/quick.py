"""A stream that answers a cell without waiting where nothing was written."""

from ipykernel.iostream import OutStream


class QuickStream(OutStream):
    """ipykernel flushes stdout and stderr after each cell, and each flush waits for another thread."""

    _written = False

    def write(self, string: str) -> int:
        """Write, and remember that there is something to flush."""
        self._written = True
        return super().write(string) or 0

    def flush(self) -> None:
        """Flush what was written since the last time, if anything."""
        if self._written:
            self._written = False
            super().flush()  # type: ignore[no-untyped-call]  # ipykernel's is untyped
