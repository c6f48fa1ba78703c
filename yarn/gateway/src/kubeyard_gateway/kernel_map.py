"""All kernels of the gateway, each with its owner."""

import json
from dataclasses import asdict
from typing import Any

import zmq
from jupyter_server._tz import utcnow
from kubeyard_identity import Caller, may_act
from kubeyard_yarn.reasons import Reason
from traitlets import default

from kubeyard_gateway.capacity import raise_file_limit, sockets_for
from kubeyard_gateway.culling import rule_of
from kubeyard_gateway.endings import KernelEnding
from kubeyard_gateway.execution_state import ExecutionState
from kubeyard_gateway.kernel_messages import MARK_TOPIC
from kubeyard_gateway.warm_kernels import WarmKernels


class OwnedKernels(WarmKernels):
    """Knows each kernel's owner from the gateway's session record, made at the start from the token."""

    @default("kernel_manager_class")
    def _default_kernel_class(self) -> str:
        return "kubeyard_gateway.kernel.GatewayKernel"

    def _kernel_manager_class_default(self) -> str:
        return "kubeyard_gateway.kernel.GatewayKernel"

    def _context_default(self) -> zmq.Context[Any]:
        """Stock's context ends at 1,023 sockets, which is about 165 connected kernels."""
        context: zmq.Context[Any] = super()._context_default()
        context.set(zmq.MAX_SOCKETS, sockets_for(raise_file_limit()))
        return context

    def may(self, caller: Caller, kernel_id: str) -> bool:
        """Whether `caller` may see and use the kernel; one without a record is nobody's."""
        record = self.parent.kernel_session_manager._sessions.get(kernel_id)
        return record is not None and kernel_id in self and may_act(caller, record["username"])

    def check_kernel_id(self, kernel_id: str) -> None:
        """Refuse an unknown id, without Enterprise Gateway's look into other gateways' sessions."""
        self._check_kernel_id(kernel_id)

    def owner_of(self, kernel_id: str) -> str:
        """Return whose the kernel is; empty for one without a record."""
        record = self.parent.kernel_session_manager._sessions.get(kernel_id)
        return str(record["username"]) if record is not None else ""

    def note_ending(self, kernel_id: str, reason: Reason) -> None:
        """Keep why the kernel ends or has ended, for whoever asks when it is gone."""
        kernel = self._kernels[kernel_id]
        application_id = str(getattr(kernel.process_proxy, "application_id", ""))
        ending = KernelEnding(kernel_id, self.owner_of(kernel_id), kernel.kernel_name, reason, application_id)
        self.parent.endings.note(ending)

    def kernel_model(self, kernel_id: str) -> dict[str, Any]:
        """Return Jupyter's model, with its notebook, why it is dead and when it is stopped as idle."""
        model: dict[str, Any] = super().kernel_model(kernel_id)
        kernel, ours = self._kernels[kernel_id], model["kubeyard"]
        ours["reconnecting"] = kernel.taken_up and kernel.death is None
        ours["notebook"] = self.parent.kernel_session_manager.notebook_of(kernel_id)
        if kernel.death is not None:
            ours["death"] = asdict(kernel.death)
        settings = self.parent.service_settings
        rule = rule_of(kernel, settings.gateway_cull_idle_seconds, settings.gateway_cull_warning_seconds)
        ours["idle_limit_seconds"] = rule.idle if rule else None
        return model

    def _handle_kernel_died(self, kernel_id: str) -> None:
        """Keep a dead kernel in the list: only there can JupyterLab restart it."""

    def start_buffering(self, kernel_id: str, session_key: str, channels: dict[str, Any]) -> None:
        """Let a kernel in YARN keep its own output: stock's buffer here has no bound, and ends with us."""
        if not hasattr(self._kernels[kernel_id].process_proxy, "ask"):
            super().start_buffering(kernel_id, session_key, channels)
            return
        for stream in channels.values():
            if not stream.closed():
                stream.on_recv(None)
                stream.close()

    def start_watching_activity(self, kernel_id: str) -> None:
        """Note activity from the message's header alone: stock reads every output a second time."""
        kernel = self._kernels[kernel_id]
        kernel.execution_state, kernel.reason, kernel.last_activity = "starting", "", utcnow()
        kernel.death, kernel.taken_up = None, False
        kernel._activity_stream = kernel.connect_iopub()
        kernel.told = told = ExecutionState()

        def record(parts: list[bytes]) -> None:
            if parts[0] == MARK_TOPIC:
                return
            header = parts.index(b"<IDS|MSG>") + 2
            # After it: parent header, metadata, content. A word of the platform is no activity.
            if b'"kubeyard"' in parts[header + 2]:
                return
            self.last_kernel_activity = kernel.last_activity = utcnow()
            kernel.taken_up = False
            if b'"status"' in parts[header] and json.loads(parts[header])["msg_type"] == "status":
                kernel.execution_state = (
                    told.after(parts[header + 1], parts[header + 3]) or kernel.execution_state
                )

        kernel._activity_stream.on_recv(record)

    def start_kernel_from_session(self, kernel_id: str, **session: Any) -> bool:
        """Take up a kernel that an earlier gateway left, with what stock forgets about it."""
        if not super().start_kernel_from_session(kernel_id=kernel_id, **session):
            return False
        kernel = self._kernels[kernel_id]
        self._kernel_ports[kernel_id] = kernel.ports
        # What it is doing only it knows, until its first message or answer.
        kernel.taken_up = True
        # A busy kernel answers no question on its shell channel: the WebSocket would open a minute late.
        kernel.ask_no_info()
        sessions = self.parent.kernel_session_manager
        owned = sessions._sessionsByUser.setdefault(sessions._sessions[kernel_id]["username"], [])
        if kernel_id not in owned:
            owned.append(kernel_id)
        return True
