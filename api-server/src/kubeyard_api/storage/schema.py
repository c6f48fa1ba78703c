"""The whole schema: the tables of every capability."""

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import MetaData

from kubeyard_api import storage
from kubeyard_api.storage.base import Base


def whole_schema() -> MetaData:
    """Every table, whichever module of this package describes it."""
    for found in iter_modules(storage.__path__):
        if found.name.endswith("tables"):
            import_module(f"{storage.__name__}.{found.name}")
    return Base.metadata
