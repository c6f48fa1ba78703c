"""The person whom a code or an access token speaks of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubeyard_web.accounts.models import LoginSession, User


@dataclass(frozen=True)
class Subject:
    """A person in one login, as other services are told of him."""

    name: str
    display_name: str
    groups: tuple[str, ...]
    session_hash: str
    authenticated_at: datetime
    login_ends_at: datetime

    @classmethod
    def of(cls, login: LoginSession, user: User) -> "Subject":
        """The person of a login."""
        return cls(
            name=user.name,
            display_name=user.display_name,
            groups=tuple(user.all_groups),
            session_hash=login.token_hash,
            authenticated_at=login.created_at,
            login_ends_at=login.ends_at,
        )

    @property
    def claims(self) -> dict[str, Any]:
        """What the id token and the userinfo endpoint say."""
        return {
            "sub": self.name,
            "preferred_username": self.name,
            "name": self.display_name,
            "groups": list(self.groups),
        }
