"""The mirror of YARN, its changes, and who keeps it."""

import sqlalchemy as sa
from alembic import op
from kubeyard_api.storage.base import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    _create_applications()
    op.create_table(
        "snapshots",
        sa.Column("topic", sa.String(20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=True),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", name="pk_snapshots"),
    )
    op.create_table(
        "changes",
        sa.Column("version", SERIAL, autoincrement=True, nullable=False),
        sa.Column("topic", sa.String(20), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("owners", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_at", "changes", ["at"])
    op.create_table(
        "leases",
        sa.Column("duty", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("duty", name="pk_leases"),
    )


def _create_applications() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("queue", sa.String(255), nullable=False),
        sa.Column("application_type", sa.String(80), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("final_status", sa.String(20), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("memory_mb", sa.BigInteger(), nullable=False),
        sa.Column("vcores", sa.Integer(), nullable=False),
        sa.Column("running_containers", sa.Integer(), nullable=False),
        sa.Column("progress_percent", sa.Double(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("diagnostics", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("kernel_id", sa.String(80), nullable=True),
        sa.Column("kernelspec", sa.String(200), nullable=True),
        sa.Column("environment_hash", sa.String(64), nullable=True),
        sa.Column("am_host", sa.String(255), nullable=False),
        sa.Column("am_container_id", sa.String(100), nullable=False),
        sa.Column("killing_by", sa.String(63), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
    )
    op.create_index("ix_applications_owner_started_at", "applications", ["owner", "started_at"])
    op.create_index("ix_applications_started_at", "applications", ["started_at"])
    op.create_index("ix_applications_is_active", "applications", ["is_active"])
    op.create_index("ix_applications_kernel_id", "applications", ["kernel_id"])


def downgrade() -> None:
    """Go back."""
    for table in ("leases", "changes", "snapshots", "applications"):
        op.drop_table(table)
