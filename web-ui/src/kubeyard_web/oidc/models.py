"""The tables of the OpenID provider; codes and tokens are kept as hashes only."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kubeyard_web.accounts.models import LoginSession
from kubeyard_web.database import Base, UtcDateTime


class AuthorizationCode(Base):
    """What a client may change into a token, once and soon."""

    __tablename__ = "authorization_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(100))
    session_hash: Mapped[str] = mapped_column(
        ForeignKey("login_sessions.token_hash", ondelete="CASCADE"), index=True
    )
    redirect_uri: Mapped[str] = mapped_column(String(1000))
    scope: Mapped[str] = mapped_column(String(200))
    nonce: Mapped[str | None] = mapped_column(Text)
    code_challenge: Mapped[str] = mapped_column(String(128))
    authenticated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AccessToken(Base):
    """What a client shows at the userinfo endpoint; it ends with the login it stems from."""

    __tablename__ = "access_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), index=True)
    client_id: Mapped[str] = mapped_column(String(100))
    session_hash: Mapped[str] = mapped_column(
        ForeignKey("login_sessions.token_hash", ondelete="CASCADE"), index=True
    )
    scope: Mapped[str] = mapped_column(String(200))
    session: Mapped[LoginSession] = relationship(lazy="joined", innerjoin=True)
