"""Who asked for a build."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. Of the builds so far nobody knows who asked for them."""
    op.add_column("builds", sa.Column("requested_by", sa.String(63), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("builds", "requested_by")
