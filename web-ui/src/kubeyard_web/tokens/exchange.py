"""A Lab's Hub token against a short-lived token of its owner."""

import structlog

from kubeyard_web.accounts import users
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database
from kubeyard_web.errors import RefusedRequest
from kubeyard_web.metrics import Metrics
from kubeyard_web.secrecy import hashed
from kubeyard_web.tokens.hub import Hub, HubUnreachable
from kubeyard_web.tokens.limits import RateLimit, TooOften
from kubeyard_web.tokens.signing import Bearer, TokenIssuer

HUB_RETRY_SECONDS = 5
log = structlog.get_logger()


class Exchange:
    """Gives a user's server, and nobody else, the token of that user."""

    def __init__(
        self,
        hub: Hub,
        database: Database,
        tokens: TokenIssuer,
        clock: Clock,
        metrics: Metrics,
        *,
        with_demo: bool,
    ) -> None:
        self._hub = hub
        self._database = database
        self._tokens = tokens
        self._metrics = metrics
        self._with_demo = with_demo
        # A Lab asks once in some minutes. Refusals are counted by address, since a guesser changes the token.
        self._calls = RateLimit(clock, burst=30, per_minute=30)
        self._refusals = RateLimit(clock, burst=60, per_minute=60)

    def token_for(self, hub_token: str, address: str) -> tuple[str, int]:
        """A token of the server's owner, and for how many seconds it is good; raises RefusedRequest."""
        self._limit(hub_token, address)
        try:
            owner = self._hub.server_owner(hub_token)
        except HubUnreachable as error:
            self._metrics.exchanges.labels("hub-unreachable").inc()
            log.warning("exchange-failed", address=address, reason=str(error))
            raise RefusedRequest(
                503,
                "hub-unreachable",
                f"No token can be given now: {error}.",
                retry_after_seconds=HUB_RETRY_SECONDS,
            ) from error
        bearer = self._bearer(owner) if owner else None
        if bearer is None:
            self._refuse(owner, address)
            raise RefusedRequest(
                401, "unauthenticated", "This is not the token of the server of a user who may enter."
            )
        self._metrics.exchanges.labels("given").inc()
        return self._tokens.sign(bearer), self._tokens.life_of(bearer)

    def _limit(self, hub_token: str, address: str) -> None:
        try:
            if not self._hub.was_a_servers(
                hub_token
            ):  # else one bad Lab would stop all that share its address
                self._refusals.check(address)
            self._calls.check(hashed(hub_token))
        except TooOften as error:
            self._metrics.exchanges.labels("too-often").inc()
            raise RefusedRequest(
                429, "too-many", f"Too many requests; {error}.", retry_after_seconds=error.retry_after_seconds
            ) from error
        self._calls.take(hashed(hub_token))

    def _refuse(self, owner: str | None, address: str) -> None:
        self._refusals.take(address)
        self._metrics.exchanges.labels("refused").inc()
        log.warning(
            "exchange-refused",
            address=address,
            reason="user-closed" if owner else "not-a-servers-token",
            user=owner,
        )

    def _bearer(self, owner: str) -> Bearer | None:
        with self._database.reading() as session:
            user = users.enabled(session, owner, with_demo=self._with_demo)
            return Bearer(user.name, tuple(user.all_groups), tuple(user.roles)) if user else None
