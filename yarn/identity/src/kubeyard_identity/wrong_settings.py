"""What a service tells of settings that are wrong."""

from collections.abc import Iterable, Mapping
from typing import Any

PREFIX = "KUBEYARD_"


def problems_of(errors: Iterable[Mapping[str, Any]]) -> str:
    """Return a line for each wrong setting, with its name in the environment, the problem and what to do.

    `errors` are those of pydantic's ValidationError.
    """
    return "\n".join(_line(error) for error in errors)


def _line(error: Mapping[str, Any]) -> str:
    name = PREFIX + "_".join(str(part) for part in error["loc"][:1]).upper()
    if error["type"] == "missing":
        return f"{name} is not set: set it in the environment of this service"
    # The value itself may hold a password (a database URL), so it is shown only where a rule quotes it.
    return f"{name}: {error['msg'].removeprefix('Value error, ')}"
