"""Kernels: the gateway's live state joined with the applications of the mirror."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from kubeyard_client.messages.kernels import EndedKernel, Idleness, Kernel, KernelList, KernelState
from kubeyard_client.messages.reasons import Reason
from kubeyard_identity import Caller
from kubeyard_yarn.reasons import Cause

from kubeyard_api.environment_names import environment_of
from kubeyard_api.gateway import GatewayUnreachable, LiveKernel
from kubeyard_api.parts import Parts
from kubeyard_api.services.application_messages import (
    Beside,
    application_from,
    is_made_ahead,
    places_of,
    reason_of,
    untaken_spares,
)
from kubeyard_api.storage.applications import applications_of_kernels, waiting_applications
from kubeyard_api.storage.base import utc_now
from kubeyard_api.storage.tables import ApplicationRow

ENDED_SHOWN_FOR = timedelta(days=1)


def list_kernels(parts: Parts, caller: Caller, token: str) -> KernelList:
    """The caller's kernels, or everybody's for an administrator, newest first."""
    live, ended, reason = _live(parts, token)
    with parts.database.reading() as session:
        found = applications_of_kernels(session, None if caller.is_admin else caller.name, list(live))
        places = places_of(waiting_applications(session))
    rows = _joined(live, found, gateway_reachable=not reason)
    now = utc_now()
    spares = frozenset() if reason else untaken_spares(found, live.values())
    beside = Beside(places, spares)
    # Without the gateway's word, what YARN runs is still known; with it, an application that has ended but
    # whose kernel the gateway still lists is a kernel that died.
    kernels = [
        _kernel(kernel_id, live.get(kernel_id), rows.get(kernel_id), caller, now, beside)
        for kernel_id in {**live, **rows}
    ]
    kernels.sort(
        key=lambda kernel: (kernel.started_at is not None, kernel.started_at, kernel.id), reverse=True
    )
    return KernelList(
        kernels=tuple(kernels),
        spares=tuple(application_from(row, now, beside) for row in found if row.id in spares),
        ended=tuple(one for one in ended if one.id not in live and _is_news(one, now)),
        gateway_reachable=not reason,
        gateway_reason=reason,
    )


def _is_news(one: EndedKernel, now: datetime) -> bool:
    """Whether its owner may wonder about it: what he stopped himself he knows."""
    return now - one.ended_at < ENDED_SHOWN_FOR and one.reason.cause != Cause.STOPPED


def _joined(
    live: Mapping[str, LiveKernel], rows: Sequence[ApplicationRow], *, gateway_reachable: bool
) -> dict[str, ApplicationRow]:
    """Each kernel's application: the one that the gateway names, else the newest with the kernel's tag.

    A spare is nobody's kernel until the gateway lists it, and a restart may have taken one.
    """
    named = {kernel.application_id: kernel.id for kernel in live.values() if kernel.application_id}
    by_tag = {row.kernel_id: row for row in rows if row.kernel_id and row.kernel_id not in named.values()}
    if gateway_reachable:
        by_tag = {key: row for key, row in by_tag.items() if key in live or not is_made_ahead(row)}
    return {key: row for key, row in by_tag.items() if row.id not in named} | {
        named[row.id]: row for row in rows if row.id in named
    }


def _live(parts: Parts, token: str) -> tuple[dict[str, LiveKernel], list[EndedKernel], str]:
    try:
        kernels = parts.gateway.kernels(token)
        return {kernel.id: kernel for kernel in kernels}, parts.gateway.endings(token), ""
    except GatewayUnreachable as error:
        return {}, [], str(error)


def _kernel(
    kernel_id: str,
    live: LiveKernel | None,
    row: ApplicationRow | None,
    caller: Caller,
    now: datetime,
    beside: Beside,
) -> Kernel:
    kernelspec = live.kernelspec if live else (row.kernelspec if row else None) or ""
    state = _state(live, row)
    return Kernel(
        id=kernel_id,
        # A kernel whose application the mirror has not seen yet is the caller's own, unless he sees all.
        owner=row.owner if row else ("" if caller.is_admin else caller.name),
        kernelspec=kernelspec,
        environment=environment_of(kernelspec),
        notebook=live.notebook if live else None,
        state=state,
        connections=live.connections if live else None,
        last_activity_at=live.last_activity_at if live else None,
        started_at=row.started_at if row else None,
        application=application_from(row, now, beside) if row else None,
        start=live.start if live else None,
        idle=_idleness(live, row, now) if state is KernelState.IDLE else None,
        reason=_reason(state, live, row),
        place=beside.places.get(row.id) if row else None,
    )


def _reason(state: KernelState, live: LiveKernel | None, row: ApplicationRow | None) -> Reason | None:
    """Why it is dead, by the gateway's word first: it knows what YARN does not; or what it waits for."""
    told = reason_of(row) if row else None
    if state is KernelState.DEAD:
        return (live.reason if live else None) or told
    if state is KernelState.STARTING:
        return told
    return None


def _idleness(live: LiveKernel | None, row: ApplicationRow | None, now: datetime) -> Idleness | None:
    if live is None or live.last_activity_at is None:
        return None
    since, limit = live.last_activity_at, live.idle_limit_seconds
    seconds = max(0.0, (now - since).total_seconds())
    held_mb = max(0, row.memory_mb) if row else 0
    return Idleness(
        since=since,
        seconds=round(seconds, 1),
        memory_mb_seconds=round(held_mb * seconds),
        stopped_at=since + timedelta(seconds=limit) if limit else None,
    )


def _state(live: LiveKernel | None, row: ApplicationRow | None) -> KernelState:
    if row is not None and not row.is_active:
        return KernelState.DEAD
    if row is not None and row.killing_by is not None:
        return KernelState.STOPPING
    if live is not None:
        return live.state
    return KernelState.STARTING if row is not None and row.state != "RUNNING" else KernelState.UNKNOWN
