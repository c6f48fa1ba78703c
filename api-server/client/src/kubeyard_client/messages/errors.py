"""The one shape of every error, and the reasons that a client can tell apart."""

from enum import StrEnum

from kubeyard_client.messages.base import Message


class ErrorCode(StrEnum):
    """Why a request failed, in a word that programs may compare."""

    BAD_REQUEST = "bad-request"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    INVALID_REQUEST = "invalid-request"
    TOO_MANY = "too-many"
    INTERNAL = "internal"
    CLUSTER_REFUSED = "cluster-refused"
    CLUSTER_UNREACHABLE = "cluster-unreachable"
    GATEWAY_UNREACHABLE = "gateway-unreachable"

    @property
    def status(self) -> int:
        """The HTTP status that carries this code."""
        return _STATUS[self]


_STATUS = {
    ErrorCode.BAD_REQUEST: 400,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.CONFLICT: 409,
    ErrorCode.TOO_LARGE: 413,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: 415,
    ErrorCode.INVALID_REQUEST: 422,
    ErrorCode.TOO_MANY: 429,
    ErrorCode.INTERNAL: 500,
    ErrorCode.CLUSTER_REFUSED: 502,
    ErrorCode.CLUSTER_UNREACHABLE: 503,
    ErrorCode.GATEWAY_UNREACHABLE: 503,
}


class ErrorBody(Message):
    """What every failed request answers."""

    code: str
    detail: str
    request_id: str
