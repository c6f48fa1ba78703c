"""Environments, their builds and the archives that builds make."""

import sqlalchemy as sa
from alembic import op
from kubeyard_api.storage.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NOT_DELETED = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "archives",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("timestamp_ms", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("unused_since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name="pk_archives"),
    )
    op.create_index("ix_archives_identity", "archives", ["identity"])
    _create_environments()
    _create_builds()


def _create_environments() -> None:
    op.create_table(
        "environments",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(63), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("display_name", sa.String(200), nullable=False),
        sa.Column("visibility", sa.String(10), nullable=False),
        sa.Column("python", sa.String(10), nullable=False),
        sa.Column("conda", sa.Text(), nullable=False),
        sa.Column("pip", sa.Text(), nullable=False),
        sa.Column("driver_memory_mb", sa.Integer(), nullable=False),
        sa.Column("executor_memory_mb", sa.Integer(), nullable=False),
        sa.Column("executors", sa.Integer(), nullable=False),
        sa.Column("executor_cores", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("archive_sha256", sa.String(64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_environments"),
        sa.ForeignKeyConstraint(
            ["archive_sha256"], ["archives.sha256"], name="fk_environments_archive_sha256_archives"
        ),
    )
    op.create_index(
        "uq_environments_owner_name",
        "environments",
        ["owner", "name"],
        unique=True,
        sqlite_where=NOT_DELETED,
        postgresql_where=NOT_DELETED,
    )
    op.create_index("ix_environments_archive_sha256", "environments", ["archive_sha256"])


def _create_builds() -> None:
    op.create_table(
        "builds",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("environment_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("error_code", sa.String(40), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("cancel_requested_by", sa.String(63), nullable=True),
        sa.Column("claim", sa.String(32), nullable=True),
        sa.Column("worker", sa.String(300), nullable=True),
        sa.Column("lease_expires_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("archive_sha256", sa.String(64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_builds"),
        sa.ForeignKeyConstraint(
            ["environment_id"], ["environments.id"], name="fk_builds_environment_id_environments"
        ),
    )
    op.create_index("ix_builds_state_queued_at", "builds", ["state", "queued_at"])
    op.create_index("ix_builds_environment_id_created_at", "builds", ["environment_id", "created_at"])


def downgrade() -> None:
    """Go back."""
    for table in ("builds", "environments", "archives"):
        op.drop_table(table)
