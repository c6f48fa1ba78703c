"""The users: made, found, changed."""

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kubeyard_web.accounts.models import ADMIN_ROLE, LoginSession, User

USER_ROLE = "user"


def add(
    session: Session,
    name: str,
    display_name: str,
    password_hash: str,
    *,
    is_admin: bool,
    now: datetime,
    is_demo: bool = False,
) -> User:
    """Add a user whose name is canonical already."""
    user = User(
        name=name,
        display_name=display_name,
        password_hash=password_hash,
        groups=[],
        roles=[USER_ROLE, ADMIN_ROLE] if is_admin else [USER_ROLE],
        is_demo=is_demo,
        created_at=now,
    )
    session.add(user)
    return user


def enabled(session: Session, name: str, *, with_demo: bool) -> User | None:
    """The user of that canonical name, if he may use the platform."""
    user = session.get(User, name)
    return user if user and may_enter(user, with_demo=with_demo) else None


def may_enter(user: User, *, with_demo: bool) -> bool:
    """Whether the account is open: not disabled, and a demo account only while the demo is on."""
    return not user.is_disabled and (with_demo or not user.is_demo)


def has_administrator(session: Session) -> bool:
    """Whether somebody can administer the platform (the demo's Admin does not count)."""
    people = session.scalars(select(User).where(~User.is_disabled, ~User.is_demo))
    return any(user.is_admin for user in people)


def is_taken(session: Session, name: str) -> bool:
    """Whether an account of that canonical name exists."""
    return bool(session.scalar(select(exists().where(User.name == name))))


def change_password(session: Session, name: str, password_hash: str, *, keep_session: str | None) -> None:
    """Set a new password and end the user's other logins."""
    user = session.get_one(User, name)
    user.password_hash = password_hash
    end_sessions(session, name, except_for=keep_session)


def end_sessions(session: Session, name: str, *, except_for: str | None = None) -> None:
    """End all logins of a user, but the one whose token's hash is given."""
    query = delete(LoginSession).where(LoginSession.user_name == name)
    session.execute(query.where(LoginSession.token_hash != except_for) if except_for else query)
