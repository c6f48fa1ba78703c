"""Brings the database to the schema of this version; safe to run again."""

from kubeyard_api.logs import configure_logs, logger
from kubeyard_api.settings import Settings
from kubeyard_api.storage.database import Database


def run() -> int:
    """Migrate and say so."""
    settings = Settings.from_environment()
    configure_logs(settings.log_level)
    database = Database(settings.api_database_url)
    database.migrate()
    database.close()
    logger(__name__).info("database is current")
    return 0
