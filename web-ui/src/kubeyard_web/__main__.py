"""The web UI's commands: migrate, serve, admin-link, prepare-keys, rotate-keys, signing-keys."""

import argparse
import sys
from collections.abc import Callable

from kubeyard_web import logs
from kubeyard_web.accounts.newcomers import offer_link
from kubeyard_web.app import create_app
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database
from kubeyard_web.migrations.run import migrate
from kubeyard_web.server import Server
from kubeyard_web.services import EXTENSION
from kubeyard_web.settings import Settings, WrongSettings, load
from kubeyard_web.tokens.keys import KeysAreKeptElsewhere, KeysUnusable, SigningKeys
from kubeyard_web.tokens.keys_command import ACTIONS, change_keys


def main() -> int:
    """Run the command that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m kubeyard_web", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, summary in (
        ("migrate", "bring the database up to date; safe to run again, and from several places at once"),
        ("serve", "serve the pages"),
        ("admin-link", "print a link to create the first administrator, while there is none"),
        ("prepare-keys", "publish the next key, by which nothing is signed before `rotate-keys`"),
        ("rotate-keys", "sign with the next key from now on; tokens signed before stay valid until they end"),
    ):
        commands.add_parser(name, help=summary)
    elsewhere = commands.add_parser(
        "signing-keys",
        help="change keys that a Secret holds, from standard input to standard output",
    )
    elsewhere.add_argument("action", choices=ACTIONS)
    arguments = parser.parse_args()
    if arguments.command == "signing-keys":
        return change_keys(arguments.action, sys.stdin, sys.stdout)
    return _run(arguments.command)


def _run(command: str) -> int:
    try:
        settings = load()
    except WrongSettings as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 2
    logs.configure(settings.log_level)
    try:
        return COMMANDS[command](settings)
    except KeysUnusable as problem:
        print(  # noqa: T201
            f"{problem.file} cannot be used ({problem.why}): put the signing keys back from their backup, "
            f"then run {command} again.",
            file=sys.stderr,
        )
        return 1


def _migrate(settings: Settings) -> int:
    database = Database(settings.web_database_url)
    migrate(database)
    database.close()
    return 0


def _serve(settings: Settings) -> int:
    # A process of the server that finds them unusable ends in a traceback, and is started again and again.
    _keys(settings).ensure()
    Server(settings).run()
    return 0


def _admin_link(settings: Settings) -> int:
    if offer_link(create_app(settings).extensions[EXTENSION]):
        return 0
    print("There is an administrator already, who can log in; no link was made.", file=sys.stderr)  # noqa: T201
    return 1


def _prepare_keys(settings: Settings) -> int:
    return _change_keys(settings, SigningKeys.prepare, "The key {} is published, and waits for rotate-keys.")


def _rotate_keys(settings: Settings) -> int:
    return _change_keys(settings, SigningKeys.rotate, "Tokens are signed by the key {} from now on.")


def _change_keys(settings: Settings, change: Callable[[SigningKeys], str], told: str) -> int:
    try:
        key_id = change(_keys(settings))
    except KeysAreKeptElsewhere as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1
    print(told.format(key_id))  # noqa: T201
    return 0


def _keys(settings: Settings) -> SigningKeys:
    return SigningKeys(settings.web_signing_keys_file, settings.jwks_file, Clock())


COMMANDS = {
    "migrate": _migrate,
    "serve": _serve,
    "admin-link": _admin_link,
    "prepare-keys": _prepare_keys,
    "rotate-keys": _rotate_keys,
}

if __name__ == "__main__":
    sys.exit(main())
