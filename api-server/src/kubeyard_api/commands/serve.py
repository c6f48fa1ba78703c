"""Serves the API under gunicorn, and mirrors YARN beside it."""

import sys

from sqlalchemy.exc import SQLAlchemyError

from kubeyard_api.logs import configure_logs
from kubeyard_api.server import Server
from kubeyard_api.settings import Settings
from kubeyard_api.storage.database import Database


def run() -> int:
    """Serve until told to stop; refuse a database that is not there or not of this version."""
    settings = Settings.from_environment()
    configure_logs(settings.log_level)
    if problem := _database_problem(settings):
        sys.stderr.write(f"KUBEYARD_API_DATABASE_URL: {problem}\n")
        return 2
    Server(settings).run()
    return 0


def _database_problem(settings: Settings) -> str:
    database = Database(settings.api_database_url)
    try:
        if not database.is_current():
            return "the schema is not of this version: run `python -m kubeyard_api migrate` first"
    except SQLAlchemyError as error:
        # The driver's message names the host and the fault, and never the password.
        return f"the database cannot be opened: {getattr(error, 'orig', None) or error}"
    finally:
        database.close()
    return ""
