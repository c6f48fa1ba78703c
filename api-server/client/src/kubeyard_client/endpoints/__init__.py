"""The table of all endpoints, put together from one module a capability."""

from importlib import import_module
from pkgutil import iter_modules

from kubeyard_client.endpoints.endpoint import API_PREFIX, Auth, Endpoint, Media

__all__ = ["API_PREFIX", "ENDPOINTS", "Auth", "Endpoint", "Media", "endpoint"]


def _collect() -> tuple[Endpoint, ...]:
    # A new capability is a new module here: nothing else needs to be edited, so nothing can be forgotten.
    modules = [import_module(f"{__name__}.{found.name}") for found in sorted(iter_modules(__path__))]
    return tuple(row for module in modules for row in getattr(module, "ENDPOINTS", ()))


ENDPOINTS: tuple[Endpoint, ...] = _collect()
_BY_NAME = {row.name: row for row in ENDPOINTS}
if len(_BY_NAME) != len(ENDPOINTS):
    raise ValueError("two endpoints have the same name")


def endpoint(name: str) -> Endpoint:
    """The endpoint of this name."""
    return _BY_NAME[name]
