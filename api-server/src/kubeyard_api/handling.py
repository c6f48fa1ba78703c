"""How a function becomes the handler of an endpoint, and what it is given."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import Response
from kubeyard_client.endpoints import Endpoint
from kubeyard_client.messages.base import Message, Request
from kubeyard_identity import Caller

from kubeyard_api.parts import Parts

R = TypeVar("R", bound=Request)
Outcome = Message | str | Iterator[str] | Response | None


@dataclass(frozen=True)
class Call:
    """One request, its sender known and allowed, its message checked."""

    endpoint: Endpoint
    parts: Parts
    signed_in: Caller | None
    token: str
    parameters: Mapping[str, str]
    message: Request | None
    last_event_id: str | None

    @property
    def caller(self) -> Caller:
        """Who asks; every endpoint but a PUBLIC one has a caller."""
        if self.signed_in is None:
            raise TypeError(f"{self.endpoint.name} is public: it has no caller")
        return self.signed_in

    def asked(self, kind: type[R]) -> R:
        """The request's message, as the type that the table promises."""
        if not isinstance(self.message, kind):
            raise TypeError(f"{self.endpoint.name} takes {self.endpoint.request}, not {kind}")
        return self.message


Handler = Callable[[Call], Outcome]
_HANDLERS: dict[str, Handler] = {}


def handles(endpoint_name: str) -> Callable[[Handler], Handler]:
    """Bind a function to the endpoint of this name."""

    def bind(handler: Handler) -> Handler:
        if endpoint_name in _HANDLERS:
            raise ValueError(f"{endpoint_name} has two handlers")
        _HANDLERS[endpoint_name] = handler
        return handler

    return bind


def handlers_for(endpoints: tuple[Endpoint, ...]) -> dict[str, Handler]:
    """Every endpoint's handler. Refuses an endpoint without a handler and a handler without an endpoint."""
    names = {row.name for row in endpoints}
    if missing := sorted(names - set(_HANDLERS)):
        raise ValueError(f"endpoints without a handler: {', '.join(missing)}")
    if unknown := sorted(set(_HANDLERS) - names):
        raise ValueError(f"handlers without an endpoint: {', '.join(unknown)}")
    return dict(_HANDLERS)
