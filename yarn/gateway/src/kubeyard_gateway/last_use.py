"""Which kernel each person started last: the best guess for the next."""

import json
import tempfile
from pathlib import Path

import structlog

log = structlog.get_logger("kubeyard_gateway")


class LastUse:
    """One small file, so that the guess survives a restart of the gateway."""

    def __init__(self, file: Path) -> None:
        """A file that is not there, or damaged, is nobody's use."""
        self._file = file
        self._kernelspecs: dict[str, str] = {}
        try:
            found = json.loads(file.read_text("utf-8"))
            self._kernelspecs = {str(user): str(name) for user, name in found.items()}
        except FileNotFoundError:
            pass
        except (OSError, ValueError, AttributeError) as error:
            log.warning("last_use_unreadable", reason=str(error))

    def of(self, user: str) -> str | None:
        """Return the kernelspec that `user` started last."""
        return self._kernelspecs.get(user)

    def note(self, user: str, kernelspec: str) -> None:
        """Remember a start; the file is written only when it says something new."""
        if self._kernelspecs.get(user) == kernelspec:
            return
        self._kernelspecs[user] = kernelspec
        try:
            self._write()
        except OSError as error:
            # A guess is no reason to refuse a start.
            log.warning("last_use_not_written", reason=str(error))

    def _write(self) -> None:
        with tempfile.NamedTemporaryFile("w", dir=self._file.parent, prefix=".", delete=False) as file:
            json.dump(self._kernelspecs, file)
        Path(file.name).replace(self._file)
