"""The one canonical form of a user's name, which every other service knows as well."""

import re

PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
RESERVED = frozenset({"root", "kubeyard", "hdfs", "yarn", "mapred", "httpfs", "dr.who"})
RESERVED_PREFIX = "kubeyard-"


class InvalidName(ValueError):  # noqa: N818 - it names what is wrong
    """This cannot be a user's name; the text says why."""


def canonical(entered: str) -> str:
    """Return the canonical form of what somebody typed; raises InvalidName."""
    name = entered.strip().lower()
    if not PATTERN.fullmatch(name):
        raise InvalidName(
            "A name has 1 to 63 letters (a-z), digits, dots, dashes, underscores; first a letter or digit."
        )
    if name in RESERVED or name.startswith(RESERVED_PREFIX):
        raise InvalidName(f"The name {name} belongs to the platform; choose another.")
    return name
