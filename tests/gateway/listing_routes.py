"""Runs in the gateway's environment: prints each route that a gateway with the settings given serves."""

import json
import sys

# Installed in the gateway's environment only, which mypy does not see here.
from kubeyard_gateway.app import gateway  # type: ignore[import-not-found]
from kubeyard_gateway.guard import Guard  # type: ignore[import-not-found]
from kubeyard_gateway.settings import Settings  # type: ignore[import-not-found]
from tornado.web import RequestHandler


def methods(handler: type[RequestHandler]) -> list[str]:
    """Return the methods that the handler answers."""
    unanswered = RequestHandler._unimplemented_method
    names = RequestHandler.SUPPORTED_METHODS
    return [name for name in names if getattr(handler, name.lower()) is not unanswered]


routes = [
    {"pattern": pattern, "methods": methods(handler), "guarded": issubclass(handler, Guard)}
    for pattern, handler, *_ in gateway(Settings())._create_request_handlers()
]
json.dump(routes, sys.stdout)
