"""Tolerant reading of Hadoop's JSON: the same thing has other shapes in other versions.

An empty list is `null` (old Jersey), `{}` or `""`, a list of one may be a bare object, and numbers may
come as text.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

Json = Mapping[str, object]


def as_object(value: object) -> Json:
    """Return `value` as an object; null counts as an empty one. Raises ValueError for anything else."""
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"expected a JSON object, got {type(value).__name__}")
    return value


def child(parent: Json, *keys: str) -> Json:
    """Return the object reached by `keys`, empty where it is absent, null or not an object."""
    for key in keys:
        value = parent.get(key)
        parent = value if isinstance(value, dict) else {}
    return parent


def rows(parent: Json, *keys: str) -> list[Json]:
    """Return the list of objects reached by `keys`, whatever shape an empty or single one takes."""
    value = child(parent, *keys[:-1]).get(keys[-1])
    if isinstance(value, dict):
        return [value] if value else []
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text(parent: Json, key: str) -> str:
    """Return the value as text, empty where it is absent; Hadoop also says "null" and "N/A" for absent."""
    value = parent.get(key)
    return "" if value is None or value in ("null", "N/A") else str(value)


def number(parent: Json, key: str) -> float:
    """Return the value as a number, 0 where it is absent or none."""
    value = parent.get(key)
    try:
        return float(value) if isinstance(value, int | float | str) else 0.0
    except ValueError:
        return 0.0


def whole(parent: Json, key: str) -> int:
    """Return the value as a count: Hadoop's -1 for "no longer known" becomes 0."""
    value = parent.get(key)
    # Not by way of a float: a NodeManager's and a file's 64-bit ids and times must stay exact.
    if isinstance(value, int):
        return max(0, value)
    return max(0, int(number(parent, key)))


def moment(parent: Json, key: str) -> datetime | None:
    """Return milliseconds since 1970 as a UTC time; 0 means "not yet", or hidden from this user."""
    milliseconds = whole(parent, key)
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC) if milliseconds else None
