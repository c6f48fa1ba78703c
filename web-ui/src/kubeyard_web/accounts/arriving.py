"""Starting the login of the browser that asks."""

from flask import session
from flask_login import login_user  # type: ignore[import-untyped]  # Flask-Login carries no types

from kubeyard_web.accounts.sessions import SignedIn
from kubeyard_web.services import services
from kubeyard_web.tokens.signing import Bearer


def arrive(person: SignedIn) -> None:
    """Put a new login into a cookie that keeps nothing from before it, and see to the person's home."""
    session.clear()
    login_user(person)
    session.permanent = True
    services().homes.forget(person.name)
    ensure_home(person)


def ensure_home(person: SignedIn) -> None:
    """Have the home made in the background, unless it is known to be there."""
    services().homes.ensure(person.name, lambda: services().tokens.token(bearer_of(person)))


def bearer_of(person: SignedIn) -> Bearer:
    """The person as tokens name him."""
    return Bearer(person.name, person.groups, person.roles)
