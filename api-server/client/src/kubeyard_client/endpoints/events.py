"""Changes as they happen."""

from kubeyard_client.endpoints.endpoint import Auth, Endpoint, Media
from kubeyard_client.messages.errors import ErrorCode

ENDPOINTS = (
    Endpoint(
        "stream-events",
        "GET",
        "/events",
        Auth.SIGNED_IN,
        None,
        None,
        "Server-sent events: what changed of the caller's things and of the cluster",
        errors=(ErrorCode.TOO_MANY,),
        media=Media.EVENTS,
    ),
)
