"""Which groups each person was in when last seen: tokens tell only of the one who calls."""

from pathlib import Path
from typing import Any

from kubeyard_identity import Caller

from kubeyard_gateway.kept_document import KeptDocument


class Memberships:
    """Kept in a file, so that the kernels of people who are away count for their groups after a restart."""

    def __init__(self, file: Path) -> None:
        """Read what an earlier gateway has seen; a broken file is as good as none."""
        self._kept = KeptDocument(file)
        self._groups = self._kept.read(_groups) or {}

    def note(self, caller: Caller) -> None:
        """Remember the caller's groups as they are now."""
        groups = sorted(caller.groups)
        if self._groups.get(caller.name) != groups:
            self._groups[caller.name] = groups
            self._kept.write(self._groups)

    def is_member(self, user: str, group: str) -> bool:
        """Whether the person was in the group when last seen."""
        return group in self._groups.get(user, ())


def _groups(document: Any) -> dict[str, list[str]]:
    return {str(user): [str(group) for group in groups] for user, groups in document.items()}
