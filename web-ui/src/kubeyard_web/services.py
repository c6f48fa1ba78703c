"""The parts of a running web UI, made once by the factory and found by the views."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from kubeyard_web.accounts.administrator import FirstAdministrator
from kubeyard_web.accounts.home import Homes
from kubeyard_web.accounts.login import Login
from kubeyard_web.accounts.sessions import Sessions
from kubeyard_web.clock import Clock
from kubeyard_web.database import Database
from kubeyard_web.metrics import Metrics
from kubeyard_web.notebooks.labs import Labs
from kubeyard_web.settings import Settings
from kubeyard_web.tokens.exchange import Exchange
from kubeyard_web.tokens.keys import SigningKeys
from kubeyard_web.tokens.signing import TokenIssuer

EXTENSION = "kubeyard"


@dataclass(frozen=True)
class Services:
    """Everything a view may need beyond its request."""

    settings: Settings
    clock: Clock
    database: Database
    keys: SigningKeys
    tokens: TokenIssuer
    sessions: Sessions
    login: Login
    first_administrator: FirstAdministrator
    homes: Homes
    exchange: Exchange
    labs: Labs
    metrics: Metrics


def services() -> Services:
    """The parts of the application that answers the current request."""
    return cast("Services", current_app.extensions[EXTENSION])
