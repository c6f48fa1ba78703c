"""Applications on YARN."""

from kubeyard_client.endpoints.endpoint import Auth, Endpoint
from kubeyard_client.messages.applications import (
    Application,
    ApplicationPage,
    ApplicationQuery,
    ContainerList,
    KillRequest,
    LogChunk,
    LogQuery,
)
from kubeyard_client.messages.errors import ErrorCode

ENDPOINTS = (
    Endpoint(
        "list-applications",
        "GET",
        "/applications",
        Auth.SIGNED_IN,
        ApplicationQuery,
        ApplicationPage,
        "The caller's applications, or everybody's for an administrator",
    ),
    Endpoint(
        "show-application",
        "GET",
        "/applications/{application_id}",
        Auth.OWNER,
        None,
        Application,
        "One application",
        resource="application",
    ),
    Endpoint(
        "kill-application",
        "POST",
        "/applications/{application_id}/kill",
        Auth.OWNER,
        KillRequest,
        Application,
        "End an application; it shows `killing` until YARN confirms",
        errors=(ErrorCode.CONFLICT, ErrorCode.CLUSTER_REFUSED, ErrorCode.CLUSTER_UNREACHABLE),
        resource="application",
        status=202,
    ),
    Endpoint(
        "list-containers",
        "GET",
        "/applications/{application_id}/containers",
        Auth.OWNER,
        None,
        ContainerList,
        "The containers of an application and their log files",
        errors=(ErrorCode.CLUSTER_REFUSED, ErrorCode.CLUSTER_UNREACHABLE),
        resource="application",
    ),
    Endpoint(
        "read-log",
        "GET",
        "/applications/{application_id}/logs",
        Auth.OWNER,
        LogQuery,
        LogChunk,
        "A part of a container's log file, while it runs or after it ended",
        errors=(ErrorCode.CLUSTER_REFUSED, ErrorCode.CLUSTER_UNREACHABLE),
        resource="application",
    ),
)
