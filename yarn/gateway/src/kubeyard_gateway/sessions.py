"""The record of running kernels, for the next gateway's eyes only."""

import copy
import json
from pathlib import Path
from typing import Any

import structlog
from enterprise_gateway.services.sessions.kernelsessionmanager import (
    FileKernelSessionManager,
    KernelSessionManager,
)
from kubeyard_identity.whole_file import remove_drafts, write_whole

from kubeyard_gateway import kernel_notebook
from kubeyard_gateway.kept_kernelspecs import MEMBER, record_of

log = structlog.get_logger("kubeyard_gateway")
# The folder of the records below the gateway's state.
RECORDS = "kernel_sessions"


class PrivateSessions(FileKernelSessionManager):
    """Enterprise Gateway's files hold each kernel's signing key and are readable by all; ours are not."""

    def _persistence_root_default(self) -> str:
        return str(self.parent.service_settings.gateway_state_dir)

    def _get_sessions_loc(self) -> str:
        folder = Path(self.persistence_root) / RECORDS
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return str(folder)

    def load_sessions(self) -> None:
        """Read every record, and remove what a kill left of one: it may hold a key."""
        remove_drafts(Path(self._get_sessions_loc()))
        super().load_sessions()

    def save_session(self, kernel_id: str) -> None:
        """Write one kernel's record in one step, readable by this account alone."""
        # Stock turns the key into text inside the living session: the next save then fails on it.
        session = copy.deepcopy({kernel_id: self._sessions[kernel_id]})
        if (timeline := self.kernel_manager.timelines.of(kernel_id)) is not None:
            session[kernel_id]["timeline"] = timeline.record()
        session[kernel_id][MEMBER] = record_of(self.kernel_manager.get_kernel(kernel_id).kernel_spec)
        record = json.dumps(KernelSessionManager.pre_save_transformation(session))
        write_whole(Path(self._get_sessions_loc()) / f"{kernel_id}.json", record.encode(), 0o600)

    def note_notebook(self, kernel_id: str, path: str) -> None:
        """Keep which notebook a kernel has; an empty path says that it has none."""
        if self.notebook_of(kernel_id) != path:
            self._sessions[kernel_id][kernel_notebook.MEMBER] = path
            self.save_session(kernel_id)

    def notebook_of(self, kernel_id: str) -> str:
        """Return the path of a kernel's notebook; empty for a kernel that no notebook has."""
        return str(self._sessions.get(kernel_id, {}).get(kernel_notebook.MEMBER, ""))

    def _start_session(self, kernel_session: dict[str, Any]) -> bool:
        """Take up one kernel of an earlier gateway; trouble with one costs that one, not the start."""
        kernel_id = kernel_session["kernel_id"]
        try:
            taken_up = bool(super()._start_session(kernel_session))
        except Exception:
            log.exception("kernel_not_taken_up", kernel_id=kernel_id)
            taken_up = False
        if not taken_up and (application_id := kernel_session["process_info"].get("application_id")):
            # Nobody will ever connect to it again.
            self.parent.cluster.kill(application_id, "its gateway could not take it up again")
        return taken_up
