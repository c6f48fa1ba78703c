"""The spares on disk, for the next gateway's eyes only."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from kubeyard_identity.whole_file import remove_drafts, write_whole

log = structlog.get_logger("kubeyard_gateway")
RECORDS = "spares"


class SpareRecords:
    """One file for each spare; they hold signing keys, so nobody else can read them."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first spare is written."""
        self._folder = folder

    def write(self, spare_id: str, record: dict[str, Any]) -> None:
        """Write one record in one step."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self._folder / f"{spare_id}.json", json.dumps(record).encode(), 0o600)

    def remove(self, spare_id: str) -> None:
        """Remove a record; one that is not there is fine."""
        (self._folder / f"{spare_id}.json").unlink(missing_ok=True)

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield every record; one that cannot be read is removed, its application is the reconciler's.

        What a kill left of one is removed as well.
        """
        remove_drafts(self._folder)
        for file in sorted(self._folder.glob("*.json")):
            try:
                record = json.loads(file.read_text("utf-8"))
            except (OSError, ValueError) as error:
                log.warning("spare_record_refused", file=file.name, reason=str(error))
                file.unlink(missing_ok=True)
            else:
                yield record
