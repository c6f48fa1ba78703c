"""This process, its database and its signing keys."""

import platform
from importlib.metadata import version

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kubeyard_web.health import FINE, database_check, keys_check
from kubeyard_web.platform.parts import FAILS, WORKS, Part
from kubeyard_web.services import Services

_VERSION_QUERIES = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}


def own_parts(services: Services) -> list[Part]:
    """What can be told without asking anybody else."""
    return [_web_ui(), _database(services), _signing_keys(services)]


def _web_ui() -> Part:
    python = platform.python_version()
    name = platform.node()
    return Part(
        "Web UI", f"these pages, on {name}", WORKS, version=f"{version('kubeyard-web')} · Python {python}"
    )


def _database(services: Services) -> Part:
    kind = services.database.engine.dialect.name
    named = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(kind, kind)
    checked = database_check(services.database)
    if checked != FINE:
        return Part("Database", "people and logins", FAILS, f"It is {checked}.", named)
    try:
        with services.database.reading() as session:
            found = session.scalar(text(_VERSION_QUERIES[kind]))
    except (SQLAlchemyError, KeyError):
        found = ""
    return Part("Database", "people and logins", WORKS, version=f"{named} {found}".strip())


def _signing_keys(services: Services) -> Part:
    checked = keys_check(services.keys)
    if checked != FINE:
        reason = f"They are {checked}: nobody's token can be renewed. Put the file back from its backup."
        return Part("Signing keys", "who people are, for the edge", FAILS, reason)
    ids = [key["kid"][:8] for key in services.keys.public_set()["keys"]]
    return Part("Signing keys", f"{len(ids)} published", WORKS, version=f"signs by {_current(services)}")


def _current(services: Services) -> str:
    return str(services.keys.current().kid)[:8]
