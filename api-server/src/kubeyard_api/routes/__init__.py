"""The handlers of the endpoints, one module a capability: each reads its call, delegates, answers."""

from importlib import import_module
from pkgutil import iter_modules


def import_routes() -> None:
    """Import every module here, so that its handlers and owner rules are known."""
    # A new capability is a new module: nothing else needs to be edited, so nothing can be forgotten.
    for found in sorted(iter_modules(__path__)):
        import_module(f"{__name__}.{found.name}")
