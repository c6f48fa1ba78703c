"""Builds environments from the queue until told to stop."""

import sys

from sqlalchemy.exc import SQLAlchemyError

from kubeyard_api.builder.base_python import describe
from kubeyard_api.builder.failure import BuildFailure
from kubeyard_api.builder.recipe import CONSTRAINTS, constraints_for
from kubeyard_api.builder.worker import Worker
from kubeyard_api.logs import configure_logs
from kubeyard_api.settings import Settings
from kubeyard_api.storage.database import Database


def run() -> int:
    """Work; refuse settings with which no build could succeed."""
    settings = Settings.from_environment()
    configure_logs(settings.log_level)
    if problem := _problem(settings):
        sys.stderr.write(f"{problem}\n")
        return 2
    database = Database(settings.api_database_url)
    try:
        if not database.is_current():
            sys.stderr.write(
                "KUBEYARD_API_DATABASE_URL: the schema is not of this version: "
                "run `python -m kubeyard_api migrate` first\n"
            )
            return 2
        Worker(settings, database).run()
    except SQLAlchemyError as error:
        reason = getattr(error, "orig", None) or error
        sys.stderr.write(f"KUBEYARD_API_DATABASE_URL: the database cannot be opened: {reason}\n")
        return 2
    finally:
        database.close()
    return 0


def _problem(settings: Settings) -> str:
    for version in settings.sparks:
        if not constraints_for(version).is_file():
            own = version == settings.api_spark_version
            name = "KUBEYARD_API_SPARK_VERSION" if own else "KUBEYARD_API_SPARK_VERSIONS"
            known = ", ".join(sorted(file.stem.removeprefix("spark-") for file in CONSTRAINTS.glob("*.txt")))
            return f"{name}: no package versions are known for Spark {version}; there are those of {known}"
    try:
        describe(settings.base_python)
        settings.api_builds_dir.mkdir(parents=True, exist_ok=True)
    except BuildFailure as failure:
        return f"KUBEYARD_BASE_PYTHON: {failure.reason}"
    except OSError as error:
        return f"KUBEYARD_API_BUILDS_DIR: {settings.api_builds_dir} cannot be made: {error.strerror}"
    return ""
