"""What one endpoint is: the server, the client and the OpenAPI document are all made from it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from kubeyard_client.messages.base import Message, Request
from kubeyard_client.messages.errors import ErrorCode

API_PREFIX = "/api/v1"


class Auth(StrEnum):
    """Who may call."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    OWNER = "owner"
    ADMIN = "admin"


class Media(StrEnum):
    """What kind of answer comes back."""

    JSON = "application/json"
    TEXT = "text/plain"
    EVENTS = "text/event-stream"


@dataclass(frozen=True)
class Endpoint:
    """One row of the table.

    `request` is the query string of a GET or DELETE and the JSON body of a POST or PUT. `errors` are those
    beyond what every endpoint of its auth rule may answer. `resource` names the kind of thing that an
    OWNER rule protects. Only addresses that other programs fix (/healthz, /metrics) have another prefix.
    """

    name: str
    method: str
    path: str
    auth: Auth
    request: type[Request] | None
    response: type[Message] | None
    summary: str
    errors: tuple[ErrorCode, ...] = ()
    resource: str = ""
    media: Media = Media.JSON
    status: int = 200
    prefix: str = API_PREFIX

    def __post_init__(self) -> None:
        if (self.auth is Auth.OWNER) != bool(self.resource):
            raise ValueError(f"{self.name}: an OWNER rule and a resource come together or not at all")
        if self.media is not Media.JSON and self.response is not None:
            raise ValueError(f"{self.name}: only a JSON answer has a message")

    @property
    def url_path(self) -> str:
        """The path with its prefix, parameters in braces."""
        return self.prefix + self.path

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters in the path, in order."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def takes_query(self) -> bool:
        """Whether the request travels in the query string, not as a body."""
        return self.method in ("GET", "DELETE")
