"""Applications: list, show, kill, read logs."""

from collections.abc import Mapping

from kubeyard_client.messages.applications import (
    Application,
    ApplicationPage,
    ApplicationQuery,
    ContainerList,
    KillRequest,
    LogChunk,
    LogQuery,
)

from kubeyard_api.handling import Call, handles
from kubeyard_api.ownership import Owned, owner_of
from kubeyard_api.parts import Parts
from kubeyard_api.services import applications, container_logs
from kubeyard_api.storage.applications import find_application


@owner_of("application")
def application_owner(parts: Parts, parameters: Mapping[str, str]) -> Owned | None:
    """Whose an application is."""
    with parts.database.reading() as session:
        row = find_application(session, parameters["application_id"])
    return Owned(row.owner) if row else None


@handles("list-applications")
def list_applications(call: Call) -> ApplicationPage:
    """One page."""
    query = call.asked(ApplicationQuery)
    return applications.page_of_applications(call.parts, call.caller, query, call.token)


@handles("show-application")
def show_application(call: Call) -> Application:
    """One application."""
    return applications.show_application(call.parts, call.parameters["application_id"], call.token)


@handles("kill-application")
def kill_application(call: Call) -> Application:
    """Ask for its end."""
    reason, ident = call.asked(KillRequest).reason, call.parameters["application_id"]
    return applications.kill_application(call.parts, call.caller, ident, reason, call.token)


@handles("list-containers")
def list_containers(call: Call) -> ContainerList:
    """Its containers and their log files."""
    return container_logs.list_containers(call.parts, call.parameters["application_id"])


@handles("read-log")
def read_log(call: Call) -> LogChunk:
    """A part of a log."""
    return container_logs.read_log(call.parts, call.parameters["application_id"], call.asked(LogQuery))
