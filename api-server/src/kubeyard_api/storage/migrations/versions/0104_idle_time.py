"""After how long without use an environment's kernels are stopped."""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. What is there keeps the platform's time."""
    op.add_column("environments", sa.Column("cull_idle_seconds", sa.Integer, nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("environments", "cull_idle_seconds")
