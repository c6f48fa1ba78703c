"""People, their logins, and what the provider gave out."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
HASH = sa.String(64)


def upgrade() -> None:
    _people()
    _logins()
    _given_out()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("display_name", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_login_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )
    op.create_table(
        "administrator_links",
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_administrator_links"),
    )


def _logins() -> None:
    op.create_table(
        "login_delays",
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", MOMENT, nullable=False),
        sa.Column("last_failure_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_login_delays"),
    )
    op.create_index("ix_login_delays_last_failure_at", "login_delays", ["last_failure_at"])
    op.create_table(
        "login_sessions",
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("user_name", sa.String(63), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_name"], ["users.name"], name="fk_login_sessions_user_name_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_login_sessions"),
    )
    op.create_index("ix_login_sessions_ends_at", "login_sessions", ["ends_at"])
    op.create_index("ix_login_sessions_user_name", "login_sessions", ["user_name"])


def _given_out() -> None:
    op.create_table(
        "authorization_codes",
        sa.Column("code_hash", HASH, nullable=False),
        sa.Column("client_id", sa.String(100), nullable=False),
        sa.Column("session_hash", HASH, nullable=False),
        sa.Column("redirect_uri", sa.String(1000), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("code_challenge", sa.String(128), nullable=False),
        sa.Column("authenticated_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        _of_a_login("authorization_codes"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_authorization_codes"),
    )
    op.create_index("ix_authorization_codes_ends_at", "authorization_codes", ["ends_at"])
    op.create_index("ix_authorization_codes_session_hash", "authorization_codes", ["session_hash"])
    op.create_table(
        "access_tokens",
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("code_hash", HASH, nullable=False),
        sa.Column("client_id", sa.String(100), nullable=False),
        sa.Column("session_hash", HASH, nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        _of_a_login("access_tokens"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_access_tokens"),
    )
    op.create_index("ix_access_tokens_code_hash", "access_tokens", ["code_hash"])
    op.create_index("ix_access_tokens_session_hash", "access_tokens", ["session_hash"])


def _of_a_login(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["session_hash"],
        ["login_sessions.token_hash"],
        name=f"fk_{table}_session_hash_login_sessions",
        ondelete="CASCADE",
    )


def downgrade() -> None:
    for table in (
        "access_tokens",
        "authorization_codes",
        "login_sessions",
        "login_delays",
        "administrator_links",
        "users",
    ):
        op.drop_table(table)
