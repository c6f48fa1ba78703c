"""Kernels that a gateway finds in its records as it starts: nobody listens on their ports."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from kubeyard_kernelspecs import write_kernelspec

from harness.gateway import GatewayProcess
from harness.scripted_yarn import SPEC


def record_kernels(gateway: GatewayProcess, application_ids: Iterable[str]) -> None:
    """Have a gateway that does not run yet find a kernel of ada's for each application."""
    write_kernelspec(gateway.folder / "kernelspecs", SPEC)
    sessions = gateway.folder / "state" / "kernel_sessions"
    sessions.mkdir(mode=0o700, parents=True, exist_ok=True)
    for application_id in application_ids:
        kernel_id = str(uuid.uuid4())
        content = {kernel_id: _record(kernel_id, application_id)}
        (sessions / f"{kernel_id}.json").write_text(json.dumps(content))


def _record(kernel_id: str, application_id: str) -> dict[str, Any]:
    ports = dict.fromkeys(("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port"), 9)
    connection = {"transport": "tcp", "ip": "127.0.0.1", "signature_scheme": "hmac-sha256", "key": "k"}
    place = {"pid": 0, "pgid": 0, "ip": "127.0.0.1", "assigned_ip": "127.0.0.1", "comm_ip": "127.0.0.1"}
    more = {"assigned_host": "127.0.0.1", "comm_port": 9, "tunneled_connect_info": None}
    return {
        "kernel_id": kernel_id,
        "username": "ada",
        "kernel_name": SPEC.name,
        "connection_info": connection | ports,
        "launch_args": {"kernel_name": SPEC.name, "env": {"KERNEL_USERNAME": "ada"}},
        "process_info": {**place, **more, "application_id": application_id},
    }
