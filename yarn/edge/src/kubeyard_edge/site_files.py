"""Hadoop's configuration as its files on this node have it."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

NAMES = ("core", "hdfs", "yarn", "mapred")
_REFERENCE = re.compile(r"\$\{(?:env\.)?([^}:]+?)(?::?-([^}]*))?\}")
DEEPEST = 5


class SiteFiles:
    """The properties of core-site.xml and its like, later files over earlier ones."""

    def __init__(self, properties: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self._properties = properties
        self._environment = environment

    def get(self, name: str, default: str = "") -> str:
        """Return a property with every `${...}` filled in as Hadoop does."""
        value = self._properties.get(name, default)
        for _ in range(DEEPEST):
            filled = _REFERENCE.sub(self._filled, value)
            if filled == value:
                break
            value = filled
        return value.strip()

    def _filled(self, found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        own = self._environment if found[0].startswith("${env.") else self._properties
        return own.get(name, found[0] if default is None else default)


def read(folder: Path, environment: Mapping[str, str] = os.environ) -> SiteFiles:
    """Read what is there. Raises OSError, or ValueError naming a file that is no XML."""
    properties: dict[str, str] = {}
    for file in (folder / f"{name}-site.xml" for name in NAMES):
        if file.exists():
            properties |= _properties(file)
    return SiteFiles(properties, environment)


def _properties(file: Path) -> dict[str, str]:
    try:
        root = ElementTree.fromstring(file.read_bytes())  # noqa: S314 - the operator's own file
    except ElementTree.ParseError as error:
        raise ValueError(f"{file} is no XML: {error}") from error
    return {
        entry.findtext("name", "").strip(): entry.findtext("value", "").strip()
        for entry in root.iter("property")
    }
