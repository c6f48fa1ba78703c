"""The cluster's past."""

import sqlalchemy as sa
from alembic import op
from kubeyard_api.storage.base import UtcDateTime

revision = "0101"
down_revision = "0002"
branch_labels = None
depends_on = None

SUMS_AND_PEAKS = (
    "memory_used_mb_sum",
    "memory_used_mb_max",
    "memory_pending_mb_sum",
    "memory_pending_mb_max",
    "memory_total_mb_sum",
    "vcores_used_sum",
    "vcores_used_max",
    "vcores_pending_sum",
    "vcores_pending_max",
    "vcores_total_sum",
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "cluster_samples",
        sa.Column("step_seconds", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS_AND_PEAKS),
        sa.PrimaryKeyConstraint("step_seconds", "at", name="pk_cluster_samples"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("cluster_samples")
