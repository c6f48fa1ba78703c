"""A stream that answers a cell without waiting where nothing was written."""

from ipykernel.iostream import OutStream


class QuickStream(OutStream):  # type: ignore[misc]  # ipykernel is untyped here
    """ipykernel flushes stdout and stderr after each cell, and each flush waits for another thread."""

    _written = False

    def write(self, string: str) -> int | None:
        """Write, and remember that there is something to flush."""
        self._written = True
        written: int | None = super().write(string)
        return written

    def flush(self) -> None:
        """Flush what was written since the last time, if anything."""
        if self._written:
            self._written = False
            super().flush()
