"""The mirror's rows of applications in the words of the API."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kubeyard_client.messages.applications import Application, ApplicationState
from kubeyard_client.messages.reasons import QueuePlace, Reason
from kubeyard_kernelspecs.application import SPARE_TAG
from kubeyard_yarn.reasons import Told, why

from kubeyard_api.environment_names import environment_of
from kubeyard_api.gateway import LiveKernel
from kubeyard_api.storage.tables import ApplicationRow

BEING_KILLED = Reason(cause="killed", what="It is being killed. YARN has not confirmed it yet.")


@dataclass(frozen=True)
class Beside:
    """What is known of applications beside their own rows."""

    places: Mapping[str, QueuePlace] = field(default_factory=dict)
    # The ids of those that are nobody's kernel yet.
    spares: Collection[str] = ()


def application_from(row: ApplicationRow, now: datetime, beside: Beside = Beside()) -> Application:
    """One row."""
    ended_at = row.finished_at or now
    return Application(
        id=row.id,
        name=row.name,
        owner=row.owner,
        queue=row.queue,
        application_type=row.application_type,
        state=ApplicationState(row.state),
        final_status=row.final_status,
        effective_state=ApplicationState(row.effective_state),
        memory_mb=row.memory_mb,
        vcores=row.vcores,
        running_containers=row.running_containers,
        progress_percent=row.progress_percent,
        started_at=row.started_at,
        finished_at=row.finished_at,
        elapsed_seconds=round(max(0.0, (ended_at - row.started_at).total_seconds()), 3),
        diagnostics=row.diagnostics,
        kernel_id=row.kernel_id,
        kernelspec=row.kernelspec,
        environment=environment_of(row.kernelspec),
        environment_hash=row.environment_hash,
        am_host=row.am_host,
        am_container_id=row.am_container_id,
        tags=tuple(json.loads(row.tags)),
        killing=row.is_active and row.killing_by is not None,
        is_spare=row.id in beside.spares,
        reason=reason_of(row),
        place=beside.places.get(row.id),
        version=row.version,
    )


def reason_of(row: ApplicationRow) -> Reason | None:
    """Why it waits or has ended; None where all is well."""
    if row.is_active and row.killing_by is not None:
        return BEING_KILLED
    found = why(
        Told(
            state=row.state,
            final_status=row.final_status,
            diagnostics=row.diagnostics,
            queue=row.queue,
            memory_mb=row.memory_mb,
            vcores=row.vcores,
            environment=environment_of(row.kernelspec) or "",
        )
    )
    return Reason(cause=found.cause, what=found.what, next_step=found.next_step) if found else None


def places_of(waiting: Iterable[ApplicationRow]) -> dict[str, QueuePlace]:
    """The place of each application that waits for its first container, in the order of their submission."""
    queues: dict[str, list[ApplicationRow]] = {}
    for row in sorted(waiting, key=lambda row: (row.started_at, row.id)):
        queues.setdefault(row.queue, []).append(row)
    return {
        row.id: QueuePlace(number=number, waiting=len(rows))
        for rows in queues.values()
        for number, row in enumerate(rows, start=1)
    }


def untaken_spares(rows: Iterable[ApplicationRow], live: Iterable[LiveKernel]) -> frozenset[str]:
    """The applications that were started before anybody asked and that no live kernel has taken.

    YARN's tags stay as they are when a spare is taken: only the gateway can tell.
    """
    kernels = list(live)
    taken = {kernel.application_id for kernel in kernels} | {kernel.id for kernel in kernels}
    return frozenset(
        row.id for row in rows if row.is_active and is_made_ahead(row) and not {row.id, row.kernel_id} & taken
    )


def is_made_ahead(row: ApplicationRow) -> bool:
    """Whether it was started before anybody asked for it."""
    return SPARE_TAG in json.loads(row.tags)
