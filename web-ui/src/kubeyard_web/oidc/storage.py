"""Codes and access tokens, kept in the database as hashes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete

from kubeyard_web.accounts.models import LoginSession
from kubeyard_web.accounts.users import may_enter
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database
from kubeyard_web.oidc.clients import Client
from kubeyard_web.oidc.models import AccessToken, AuthorizationCode
from kubeyard_web.oidc.subject import Subject
from kubeyard_web.secrecy import hashed

CODE_LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True)
class Code:
    """A code that is being changed into a token. The methods are those that Authlib asks for."""

    code: str
    session_hash: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    authenticated_at: datetime
    code_challenge_method: str = "S256"

    def get_redirect_uri(self) -> str:
        """Where the code was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What was asked for."""
        return self.scope

    def get_nonce(self) -> str | None:
        """The client's own word, which its id token repeats."""
        return self.nonce

    def get_auth_time(self) -> int:
        """When the person gave his password."""
        return int(self.authenticated_at.timestamp())

    def get_acr(self) -> None:
        """No classes of authentication are told apart."""

    def get_amr(self) -> list[str]:
        """By password."""
        return ["pwd"]


@dataclass(frozen=True)
class Access:
    """An access token that was shown. The methods are those that Authlib asks for."""

    subject: Subject
    client: Client
    scope: str
    has_ended: bool

    def get_client(self) -> Client:
        """For whom it was made."""
        return self.client

    def get_user(self) -> Subject:
        """Whom it speaks of."""
        return self.subject

    def get_scope(self) -> str:
        """What it may be used for."""
        return self.scope

    def is_expired(self) -> bool:
        """Whether the login that it stems from is over."""
        return self.has_ended

    def is_revoked(self) -> bool:
        """Never: a revoked token is no longer stored."""
        return False


class TokenStorage:
    """Keeps what the provider gave out."""

    def __init__(self, database: Database, clock: Clock, *, with_demo: bool) -> None:
        self._database = database
        self._clock = clock
        self._with_demo = with_demo

    def save_code(
        self,
        code: str,
        client: Client,
        subject: Subject,
        *,
        redirect_uri: str,
        scope: str,
        nonce: str | None,
        challenge: str,
    ) -> None:
        """Remember a code for a minute."""
        now = self._clock.now()
        with self._database.writing() as session:
            session.execute(delete(AuthorizationCode).where(AuthorizationCode.ends_at < now))
            session.add(
                AuthorizationCode(
                    code_hash=hashed(code),
                    client_id=client.client_id,
                    session_hash=subject.session_hash,
                    redirect_uri=redirect_uri,
                    scope=scope,
                    nonce=nonce,
                    code_challenge=challenge,
                    authenticated_at=subject.authenticated_at,
                    ends_at=now + CODE_LIFETIME,
                )
            )

    def take_code(self, code: str, client: Client) -> Code | None:
        """The code, which by this is gone for good; one used before ends the token it was changed into."""
        with self._database.writing() as session:
            found = session.scalars(
                delete(AuthorizationCode)
                .where(AuthorizationCode.code_hash == hashed(code))
                .returning(AuthorizationCode)
            ).one_or_none()
            if found is None:
                session.execute(delete(AccessToken).where(AccessToken.code_hash == hashed(code)))
                return None
            if found.client_id != client.client_id or found.ends_at <= self._clock.now():
                return None
            return Code(
                code=code,
                session_hash=found.session_hash,
                redirect_uri=found.redirect_uri,
                scope=found.scope,
                nonce=found.nonce,
                code_challenge=found.code_challenge,
                authenticated_at=found.authenticated_at,
            )

    def subject(self, session_hash: str) -> Subject | None:
        """The person of a login, while both may be used."""
        with self._database.reading() as session:
            login = session.get(LoginSession, session_hash)
            if (
                login is None
                or login.ends_at <= self._clock.now()
                or not may_enter(login.user, with_demo=self._with_demo)
            ):
                return None
            return Subject.of(login, login.user)

    def save_token(self, token: str, code: Code, client: Client, scope: str) -> None:
        """Remember an access token as long as the login it stems from."""
        with self._database.writing() as session:
            session.add(
                AccessToken(
                    token_hash=hashed(token),
                    code_hash=hashed(code.code),
                    client_id=client.client_id,
                    session_hash=code.session_hash,
                    scope=scope,
                )
            )

    def access(self, token: str, client: Client) -> Access | None:
        """What this access token allows, if there is such a one."""
        with self._database.reading() as session:
            stored = session.get(AccessToken, hashed(token))
            if stored is None or stored.client_id != client.client_id:
                return None
            login = stored.session
            is_open = login.ends_at > self._clock.now() and may_enter(login.user, with_demo=self._with_demo)
            return Access(Subject.of(login, login.user), client, stored.scope, has_ended=not is_open)
