"""Notebooks and their kernels: remembered over this server's end, and a lost kernel until its user knows."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.gateway.managers import GatewaySessionManager
from traitlets import default

from kubeyard_lab.notebooks import Notebooks, tell_gateway

_REGISTRY = "kubeyard-sessions.sqlite"
_ROWS = "SELECT session_id, path, name, type, kernel_id FROM session"
# Of two notebooks with one kernel the one that had it first comes last.
_NOTEBOOKS = "SELECT kernel_id, path FROM session WHERE type = 'notebook' ORDER BY rowid DESC"


class GatewaySessions(GatewaySessionManager):
    """Joins notebooks to kernels at the gateway."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.notebooks = Notebooks(tell_gateway, self.log)
        for *_, kernel_id in self.cursor.execute(_ROWS).fetchall():
            self.kernel_manager.remember(kernel_id)

    @default("database_filepath")
    def _default_database_filepath(self) -> str:
        """A file in the user's home; where none can be, notebooks are remembered by this server alone."""
        file = Path(jupyter_data_dir()) / _REGISTRY
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
            if not _is_readable(file):
                file.replace(file.with_suffix(".broken"))
                file.touch(mode=0o600)
                self.log.warning("%s could not be read and was put aside", file)
        except OSError as why:
            self.log.warning("notebooks will not find their kernels again: %s", why)
            return ":memory:"
        return str(file)

    async def save_session(self, *args: Any, **kwargs: Any) -> Any:
        """Remember a notebook and its kernel, here and at the gateway."""
        model = await super().save_session(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._tell_notebooks()
        return model

    async def update_session(self, session_id: str, **changes: Any) -> None:
        """Follow a notebook that is renamed or has another kernel, here and at the gateway."""
        await super().update_session(session_id, **changes)  # type: ignore[no-untyped-call]
        self._tell_notebooks()

    async def list_sessions(self) -> list[dict[str, Any]]:
        """List notebooks and their kernels; each open page asks for them every ten seconds."""
        models: list[dict[str, Any]] = await super().list_sessions()  # type: ignore[no-untyped-call]
        self._tell_notebooks()
        return models

    def _tell_notebooks(self) -> None:
        rows = self.cursor.execute(_NOTEBOOKS).fetchall()
        notebooks = {kernel_id: path for kernel_id, path in rows if kernel_id in self.kernel_manager}
        self.notebooks.are(notebooks, self.kernel_manager)

    async def kernel_culled(self, kernel_id: str) -> bool:
        """Whether the notebook has no kernel any more; not before somebody has heard that it was lost."""
        lost = self.kernel_manager.lost.get(kernel_id)
        if lost is not None:
            return lost.told_at is not None
        return kernel_id not in self.kernel_manager


def _is_readable(file: Path) -> bool:
    """Whether it is a registry, or empty; one of another version or one that broke is not."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            tables = [
                name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            if tables:
                connection.execute(_ROWS).fetchall()
            return tables in ([], ["session"])
    except sqlite3.DatabaseError:
        return False
