"""Applications, their attempts and containers, as the ResourceManager tells of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kubeyard_yarn.shapes import Json, child, moment, number, rows, text, whole


class ApplicationState(StrEnum):
    """Where an application is in its life."""

    NEW = "NEW"
    NEW_SAVING = "NEW_SAVING"
    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"
    # Answered to a kill, as far as it has come; never in a list.
    KILLING = "KILLING"
    FINAL_SAVING = "FINAL_SAVING"
    FINISHING = "FINISHING"
    # Not Hadoop's: a state that a later version brings must not break a whole list.
    UNKNOWN = "UNKNOWN"

    @classmethod
    def _missing_(cls, _value: object) -> "ApplicationState":
        return cls.UNKNOWN

    @property
    def is_final(self) -> bool:
        """Whether the application has ended, in whatever way."""
        return self in FINAL_STATES


FINAL_STATES = frozenset({ApplicationState.FINISHED, ApplicationState.FAILED, ApplicationState.KILLED})
ACTIVE_STATES = frozenset(
    {
        ApplicationState.NEW,
        ApplicationState.NEW_SAVING,
        ApplicationState.SUBMITTED,
        ApplicationState.ACCEPTED,
        ApplicationState.RUNNING,
    }
)


class FinalStatus(StrEnum):
    """How an application ended, by its own word or YARN's."""

    UNDEFINED = "UNDEFINED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    KILLED = "KILLED"
    ENDED = "ENDED"

    @classmethod
    def _missing_(cls, _value: object) -> "FinalStatus":
        return cls.UNDEFINED


@dataclass(frozen=True)
class Application:
    """One application; what a user may not view arrives as None, 0 or empty."""

    id: str
    name: str
    owner: str
    queue: str
    application_type: str
    tags: frozenset[str]
    state: ApplicationState
    final_status: FinalStatus
    progress_percent: float
    priority: int
    diagnostics: str
    tracking_url: str
    am_http_address: str
    am_container_id: str
    memory_mb: int
    vcores: int
    reserved_memory_mb: int
    running_containers: int
    memory_mb_seconds: int
    vcore_seconds: int
    log_aggregation: str
    elapsed_seconds: float
    started_at: datetime | None
    launched_at: datetime | None
    finished_at: datetime | None
    # How long YARN lets it live on; None where it may live for ever, or a version does not tell.
    lifetime_left_seconds: int | None = None
    # How often a container of its ApplicationMaster was taken for another queue.
    masters_preempted: int = 0

    @property
    def am_host(self) -> str:
        """The node that runs the ApplicationMaster, empty before it has one."""
        return self.am_http_address.rpartition(":")[0] or self.am_http_address

    def tagged(self, prefix: str) -> str | None:
        """Return what follows `prefix:` in the tag that has it: `tagged("kernel")` is the kernel's id."""
        return next(
            (tag[len(prefix) + 1 :] for tag in sorted(self.tags) if tag.startswith(f"{prefix}:")), None
        )


@dataclass(frozen=True)
class Attempt:
    """One try of YARN to run an application's master; `state` is empty before 3.4."""

    id: str
    number: int
    state: str
    am_container_id: str
    node_http_address: str
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Container:
    """One container of an attempt; the ResourceManager tells of running ones only."""

    id: str
    state: str
    memory_mb: int
    vcores: int
    node_http_address: str
    exit_status: int | None
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class NewApplication:
    """An id to submit under, and the largest container that the cluster gives."""

    id: str
    maximum_memory_mb: int
    maximum_vcores: int


def application_from(row: Json) -> Application:
    """Read one application of a list, or `apps/{id}`."""
    state = ApplicationState(text(row, "state"))
    # YARN counts the last container a moment longer than the application; an ended one is not read again.
    held = {} if state.is_final else row
    return Application(
        id=text(row, "id"),
        name=text(row, "name"),
        owner=text(row, "user"),
        # 3.4 and later name the queue by its path, earlier ones by its last part.
        queue=text(row, "queue").removeprefix("root."),
        application_type=text(row, "applicationType"),
        tags=frozenset(filter(None, text(row, "applicationTags").split(","))),
        state=state,
        final_status=FinalStatus(text(row, "finalStatus")),
        progress_percent=number(row, "progress"),
        priority=int(number(row, "priority")),
        diagnostics=text(row, "diagnostics").strip(),
        tracking_url=text(row, "trackingUrl"),
        am_http_address=text(row, "amHostHttpAddress"),
        am_container_id=_container_in(text(row, "amContainerLogs")),
        memory_mb=whole(held, "allocatedMB"),
        vcores=whole(held, "allocatedVCores"),
        reserved_memory_mb=whole(held, "reservedMB"),
        running_containers=whole(held, "runningContainers"),
        memory_mb_seconds=whole(row, "memorySeconds"),
        vcore_seconds=whole(row, "vcoreSeconds"),
        log_aggregation=text(row, "logAggregationStatus"),
        elapsed_seconds=whole(row, "elapsedTime") / 1000,
        started_at=moment(row, "startedTime"),
        launched_at=moment(row, "launchTime"),
        finished_at=moment(row, "finishedTime"),
        lifetime_left_seconds=_lifetime_left(row),
        masters_preempted=whole(row, "numAMContainerPreempted"),
    )


def attempt_from(row: Json) -> Attempt:
    """Read one of `apps/{id}/appattempts`."""
    return Attempt(
        id=text(row, "appAttemptId"),
        number=whole(row, "id"),
        state=text(row, "appAttemptState"),
        am_container_id=text(row, "containerId"),
        node_http_address=text(row, "nodeHttpAddress"),
        started_at=moment(row, "startTime"),
        finished_at=moment(row, "finishedTime"),
    )


def container_from(row: Json) -> Container:
    """Read one of an attempt's containers."""
    finished_at = moment(row, "finishedTime")
    return Container(
        id=text(row, "containerId"),
        state=text(row, "containerState"),
        memory_mb=whole(row, "allocatedMB"),
        vcores=whole(row, "allocatedVCores"),
        node_http_address=text(row, "nodeHttpAddress").partition("://")[2] or text(row, "nodeHttpAddress"),
        exit_status=int(number(row, "containerExitStatus")) if finished_at else None,
        started_at=moment(row, "startedTime"),
        finished_at=finished_at,
    )


def new_application_from(answer: Json) -> NewApplication:
    """Read the answer to `apps/new-application`."""
    largest = child(answer, "maximum-resource-capability")
    return NewApplication(text(answer, "application-id"), whole(largest, "memory"), whole(largest, "vCores"))


def _lifetime_left(row: Json) -> int | None:
    for timeout in rows(row, "timeouts", "timeout"):
        if text(timeout, "type") == "LIFETIME" and text(timeout, "expiryTime") not in ("", "UNLIMITED"):
            return whole(timeout, "remainingTimeInSeconds")
    return None


def _container_in(logs_url: str) -> str:
    return next((part for part in logs_url.split("/") if part.startswith("container_")), "")
