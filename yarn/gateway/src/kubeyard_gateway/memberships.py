"""Which groups each person was in when last seen: tokens tell only of the one who calls."""

import json
from pathlib import Path

import structlog
from kubeyard_identity import Caller

log = structlog.get_logger("kubeyard_gateway")


class Memberships:
    """Kept in a file, so that the kernels of people who are away count for their groups after a restart."""

    def __init__(self, file: Path) -> None:
        """Read what an earlier gateway has seen; a broken file is as good as none."""
        self._file = file
        self._groups: dict[str, list[str]] = {}
        try:
            self._groups = dict(json.loads(file.read_text("utf-8")))
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            log.warning("memberships_not_read", reason=str(error))

    def note(self, caller: Caller) -> None:
        """Remember the caller's groups as they are now."""
        groups = sorted(caller.groups)
        if self._groups.get(caller.name) == groups:
            return
        self._groups[caller.name] = groups
        draft = self._file.with_name(f".{self._file.name}")
        draft.write_text(json.dumps(self._groups), "utf-8")
        draft.replace(self._file)

    def is_member(self, user: str, group: str) -> bool:
        """Whether the person was in the group when last seen."""
        return group in self._groups.get(user, ())
