"""Kernels: the gateway's live state joined with the applications of the mirror."""

import json
from collections.abc import Mapping, Sequence

from kubeyard_client.messages.kernels import Kernel, KernelList, KernelState
from kubeyard_identity import Caller
from kubeyard_kernelspecs.application import SPARE_TAG

from kubeyard_api.gateway import GatewayUnreachable, LiveKernel
from kubeyard_api.parts import Parts
from kubeyard_api.services.applications import application_from, environment_of
from kubeyard_api.storage.applications import applications_of_kernels
from kubeyard_api.storage.tables import ApplicationRow


def list_kernels(parts: Parts, caller: Caller, token: str) -> KernelList:
    """The caller's kernels, or everybody's for an administrator, newest first."""
    live, reason = _live(parts, token)
    with parts.database.reading() as session:
        found = applications_of_kernels(session, None if caller.is_admin else caller.name, list(live))
    rows = _joined(live, found, gateway_reachable=not reason)
    # Without the gateway's word, what YARN runs is still known; with it, an application that has ended but
    # whose kernel the gateway still lists is a kernel that died.
    kernels = [
        _kernel(kernel_id, live.get(kernel_id), rows.get(kernel_id), caller) for kernel_id in {**live, **rows}
    ]
    kernels.sort(
        key=lambda kernel: (kernel.started_at is not None, kernel.started_at, kernel.id), reverse=True
    )
    return KernelList(kernels=tuple(kernels), gateway_reachable=not reason, gateway_reason=reason)


def _joined(
    live: Mapping[str, LiveKernel], rows: Sequence[ApplicationRow], *, gateway_reachable: bool
) -> dict[str, ApplicationRow]:
    """Each kernel's application: the one that the gateway names, else the newest with the kernel's tag.

    A spare is nobody's kernel until the gateway lists it, and a restart may have taken one.
    """
    named = {kernel.application_id: kernel.id for kernel in live.values() if kernel.application_id}
    by_tag = {row.kernel_id: row for row in rows if row.kernel_id and row.kernel_id not in named.values()}
    if gateway_reachable:
        by_tag = {key: row for key, row in by_tag.items() if key in live or not _is_spare(row)}
    return {key: row for key, row in by_tag.items() if row.id not in named} | {
        named[row.id]: row for row in rows if row.id in named
    }


def _is_spare(row: ApplicationRow) -> bool:
    """Whether it was started before anybody asked for it."""
    return SPARE_TAG in json.loads(row.tags)


def _live(parts: Parts, token: str) -> tuple[dict[str, LiveKernel], str]:
    try:
        return {kernel.id: kernel for kernel in parts.gateway.kernels(token)}, ""
    except GatewayUnreachable as error:
        return {}, str(error)


def _kernel(kernel_id: str, live: LiveKernel | None, row: ApplicationRow | None, caller: Caller) -> Kernel:
    kernelspec = live.kernelspec if live else (row.kernelspec if row else None) or ""
    return Kernel(
        id=kernel_id,
        # A kernel whose application the mirror has not seen yet is the caller's own, unless he sees all.
        owner=row.owner if row else ("" if caller.is_admin else caller.name),
        kernelspec=kernelspec,
        environment=environment_of(kernelspec),
        state=_state(live, row),
        connections=live.connections if live else None,
        last_activity_at=live.last_activity_at if live else None,
        started_at=row.started_at if row else None,
        application=application_from(row) if row else None,
    )


def _state(live: LiveKernel | None, row: ApplicationRow | None) -> KernelState:
    if row is not None and not row.is_active:
        return KernelState.DEAD
    if row is not None and row.killing_by is not None:
        return KernelState.STOPPING
    if live is not None:
        return live.state
    return KernelState.STARTING if row is not None and row.state != "RUNNING" else KernelState.UNKNOWN
