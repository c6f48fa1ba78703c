"""What Alembic runs for a migration: our tables, on the connection that `migrate` gives."""

from alembic import context

import kubeyard_web.accounts.models
import kubeyard_web.oidc.models  # noqa: F401 - imported for its tables
from kubeyard_web.database import Base
from kubeyard_web.migrations.run import VERSION_TABLE

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
# The transaction is the caller's: it also holds the lock that keeps others waiting.
context.run_migrations()
