"""Who is calling, and the one rule that says what is theirs."""

from dataclasses import dataclass
from datetime import datetime

ADMIN_ROLE = "admin"
SERVICE_ROLE = "service"


@dataclass(frozen=True)
class Caller:
    """The person, or the service, that a verified token speaks for."""

    name: str
    groups: frozenset[str]
    roles: frozenset[str]
    expires_at: datetime
    issued_at: datetime

    @property
    def is_admin(self) -> bool:
        """Whether the caller may act on everybody's things."""
        return ADMIN_ROLE in self.roles

    @property
    def is_service(self) -> bool:
        """Whether this is a part of the platform that watches on behalf of all users."""
        return SERVICE_ROLE in self.roles


def may_act(caller: Caller, owner: str) -> bool:
    """Whether `caller` may read or change a private thing that belongs to `owner`.

    This is the only owner check on the edge: the API server and the gateway both ask here. A thing
    without a known owner belongs to nobody, so only an administrator may touch it.
    """
    return caller.is_admin or (owner != "" and caller.name == owner)
