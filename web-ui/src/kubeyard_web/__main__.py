"""The web UI's commands: migrate, serve, admin-link, rotate-keys."""

import argparse
import sys

from kubeyard_web import logs
from kubeyard_web.accounts.newcomers import offer_link
from kubeyard_web.app import create_app
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database
from kubeyard_web.migrations.run import migrate
from kubeyard_web.server import Server
from kubeyard_web.services import EXTENSION
from kubeyard_web.settings import Settings, WrongSettings, load
from kubeyard_web.tokens.keys import SigningKeys


def main() -> int:
    """Run the command that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m kubeyard_web", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, summary in (
        ("migrate", "bring the database up to date; safe to run again, and from several places at once"),
        ("serve", "serve the pages"),
        ("admin-link", "print a link to create the first administrator, while there is none"),
        ("rotate-keys", "sign with a new key from now on; tokens signed before stay valid until they end"),
    ):
        commands.add_parser(name, help=summary)
    command = parser.parse_args().command
    try:
        settings = load()
    except WrongSettings as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 2
    logs.configure(settings.log_level)
    return COMMANDS[command](settings)


def _migrate(settings: Settings) -> int:
    database = Database(settings.web_database_url)
    migrate(database)
    database.close()
    return 0


def _serve(settings: Settings) -> int:
    Server(settings).run()
    return 0


def _admin_link(settings: Settings) -> int:
    if offer_link(create_app(settings).extensions[EXTENSION]):
        return 0
    print("There is an administrator already, who can log in; no link was made.", file=sys.stderr)  # noqa: T201
    return 1


def _rotate_keys(settings: Settings) -> int:
    key_id = SigningKeys(settings.web_signing_keys_file, settings.jwks_file, Clock()).rotate()
    print(f"Tokens are signed by the key {key_id} from now on.")  # noqa: T201
    return 0


COMMANDS = {"migrate": _migrate, "serve": _serve, "admin-link": _admin_link, "rotate-keys": _rotate_keys}

if __name__ == "__main__":
    sys.exit(main())
