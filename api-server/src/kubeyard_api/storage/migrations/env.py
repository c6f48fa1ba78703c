"""Runs the migrations on the connection that Database hands over."""

from alembic import context
from kubeyard_api.storage.schema import whole_schema
from sqlalchemy import Connection

# Any number: it only has to be the same for everyone who migrates this database.
MIGRATION_LOCK = 7_205_431


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=whole_schema(), render_as_batch=True)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Two processes that start at once must not both create the tables.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        context.run_migrations()
    connection.commit()


_run(context.config.attributes["connection"])
