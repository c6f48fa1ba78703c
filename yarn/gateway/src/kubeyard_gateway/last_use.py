"""Which kernel each person started last: the best guess for the next."""

from pathlib import Path
from typing import Any

from kubeyard_gateway.kept_document import KeptDocument


class LastUse:
    """One small file, so that the guess survives a restart of the gateway."""

    def __init__(self, file: Path) -> None:
        """A file that is not there, or damaged, is nobody's use."""
        self._kept = KeptDocument(file)
        self._kernelspecs = self._kept.read(_kernelspecs) or {}

    def of(self, user: str) -> str | None:
        """Return the kernelspec that `user` started last."""
        return self._kernelspecs.get(user)

    def note(self, user: str, kernelspec: str) -> None:
        """Remember a start; the file is written only when it says something new."""
        if self._kernelspecs.get(user) != kernelspec:
            self._kernelspecs[user] = kernelspec
            self._kept.write(self._kernelspecs)


def _kernelspecs(document: Any) -> dict[str, str]:
    return {str(user): str(name) for user, name in document.items()}
