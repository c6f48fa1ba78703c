"""A small document of the gateway's state, which is worth no failure: not at the start, and not later."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import structlog
from kubeyard_identity.whole_file import write_whole

log = structlog.get_logger("kubeyard_gateway")
Parsed = TypeVar("Parsed")


class KeptDocument:
    """One JSON file, read by the next gateway and written as a whole."""

    def __init__(self, file: Path) -> None:
        """`file` need not be there; its folder must."""
        self._file = file

    def read(self, parse: Callable[[Any], Parsed]) -> Parsed | None:
        """Return what `parse` makes of the document; None where there is none, or a damaged one."""
        try:
            return parse(json.loads(self._file.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("document_not_read", file=str(self._file), reason=str(error))
            return None

    def write(self, document: Any) -> None:
        """Write it in one step, readable by this account alone; a full disk costs the document only."""
        try:
            # Often, and where others wait for answers: a power cut may cost it.
            write_whole(self._file, json.dumps(document).encode(), 0o600, durable=False)
        except OSError as error:
            log.warning("document_not_written", file=str(self._file), reason=str(error))
