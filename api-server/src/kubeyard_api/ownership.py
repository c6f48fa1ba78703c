"""Whose a thing is, and who may therefore touch it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kubeyard_client.endpoints import Endpoint
from kubeyard_client.messages.errors import ErrorCode
from kubeyard_identity import Caller, may_act

from kubeyard_api.errors import PublicError, not_found
from kubeyard_api.parts import Parts


@dataclass(frozen=True)
class Owned:
    """To whom a thing belongs. A public thing may be read by every signed-in user."""

    owner: str
    public: bool = False


OwnerOf = Callable[[Parts, Mapping[str, str]], Owned | None]
_RESOLVERS: dict[str, OwnerOf] = {}


def owner_of(resource: str) -> Callable[[OwnerOf], OwnerOf]:
    """Bind the one function that says whose a thing of this kind is; it answers None when there is none."""

    def bind(resolver: OwnerOf) -> OwnerOf:
        if resource in _RESOLVERS:
            raise ValueError(f"{resource} has two owner rules")
        _RESOLVERS[resource] = resolver
        return resolver

    return bind


def require_owner(endpoint: Endpoint, parts: Parts, caller: Caller, parameters: Mapping[str, str]) -> None:
    """Let the owner and administrators through.

    Another's private thing answers exactly like one that does not exist, whatever was to be done with it:
    not even its existence is told. A public thing may be read by everybody, and says whose it is when
    somebody else wants to change it.
    """
    owned = _RESOLVERS[endpoint.resource](parts, parameters)
    if owned is None:
        raise not_found(endpoint.resource)
    if may_act(caller, owned.owner) or (owned.public and endpoint.method == "GET"):
        return
    if not owned.public:
        raise not_found(endpoint.resource)
    raise PublicError(
        ErrorCode.FORBIDDEN,
        f"This {endpoint.resource} belongs to {owned.owner}: only they or an administrator may.",
    )


def check_resolvers(endpoints: tuple[Endpoint, ...]) -> None:
    """Refuse an endpoint whose kind of thing has no owner rule."""
    if missing := sorted({row.resource for row in endpoints if row.resource} - set(_RESOLVERS)):
        raise ValueError(f"resources without an owner rule: {', '.join(missing)}")
