"""Whether the web UI lives, whether it can serve, and its numbers."""

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from kubeyard_web.access import public
from kubeyard_web.database import Database
from kubeyard_web.migrations.run import is_current
from kubeyard_web.services import services
from kubeyard_web.tokens.keys import KeysUnusable, SigningKeys

blueprint = Blueprint("health", __name__)
FINE = "ok"


@blueprint.get("/healthz")
@public("supervisors ask without an account")
def healthz() -> Response:
    """Alive."""
    return jsonify(status=FINE)


@blueprint.get("/readyz")
@public("supervisors ask without an account")
def readyz() -> tuple[Response, int]:
    """Able to serve, or why not. The cluster is no condition: without it pages still say what is wrong."""
    checks = {"database": database_check(services().database), "signing_keys": keys_check(services().keys)}
    ready = all(answer == FINE for answer in checks.values())
    return jsonify(ready=ready, checks=checks), 200 if ready else 503


@blueprint.get("/metrics")
@public("Prometheus asks without an account, and names nobody")
def metrics() -> Response:
    """Counters and times."""
    return Response(services().metrics.text(), content_type=CONTENT_TYPE_LATEST)


def database_check(database: Database) -> str:
    """Whether its tables can be used, or why not."""
    try:
        return FINE if is_current(database) else "its tables are older than this program: run migrate"
    except SQLAlchemyError as error:
        return f"out of reach ({type(error).__name__})"


def keys_check(keys: SigningKeys) -> str:
    """Whether tokens can be signed, or why not."""
    try:
        keys.current()
    except KeysUnusable as error:
        return f"unusable ({error.why})"
    return FINE
