"""The tables of people: users, logins, delays after wrong passwords, the first administrator's link."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kubeyard_web.database import Base, UtcDateTime

ADMIN_ROLE = "admin"


class User(Base):
    """A person who may log in, under one canonical name."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    display_name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(255))
    groups: Mapped[list[str]] = mapped_column(JSON, default=list)
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_disabled: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_admin(self) -> bool:
        """Whether this person administers the platform."""
        return ADMIN_ROLE in self.roles

    @property
    def all_groups(self) -> list[str]:
        """The groups that others are told: everybody is of the people, administrators of the admins."""
        implied = {"people", "admins"} if self.is_admin else {"people"}
        return sorted(implied | (set(self.groups) - {"admins"}))


class LoginSession(Base):
    """One browser in which somebody is logged in; the cookie holds the token of which this is the hash."""

    __tablename__ = "login_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class LoginDelay(Base):
    """How often an account or an address failed to log in, and until when it must wait."""

    __tablename__ = "login_delays"

    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    failures: Mapped[int]
    blocked_until: Mapped[datetime] = mapped_column(UtcDateTime)
    last_failure_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AdministratorLink(Base):
    """A link with which the first administrator is made, once."""

    __tablename__ = "administrator_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
