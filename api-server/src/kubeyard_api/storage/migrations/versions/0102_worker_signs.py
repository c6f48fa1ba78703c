"""The sign of life of whoever works on builds."""

import sqlalchemy as sa
from alembic import op
from kubeyard_api.storage.base import UtcDateTime

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "worker_signs",
        sa.Column("duty", sa.String(40), nullable=False),
        sa.Column("worker", sa.String(300), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("is_missed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("duty", name="pk_worker_signs"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("worker_signs")
