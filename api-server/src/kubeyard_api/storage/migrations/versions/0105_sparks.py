"""The Spark that an environment's kernels run on."""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. What is there runs on the platform's own."""
    op.add_column("environments", sa.Column("spark", sa.String(10), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("environments", "spark")
