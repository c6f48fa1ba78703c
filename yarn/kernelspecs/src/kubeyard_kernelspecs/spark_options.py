"""Spark options that a person may give for a kernel: by an allow-list, checked before anything is submitted.

What a person runs in the kernel is his own affair; these options are read outside it too. Not allowed is
whatever names a file of the submitter's or takes more of the cluster than the kernelspec says: files, keys,
principals, queues, tags, sizes, Java's options, environments, encryption.
"""

import json
import re
from collections.abc import Mapping

MOST_OPTIONS = 50
LONGEST_VALUE = 1024
# How queries and jobs are run, within what the kernel has.
_ALLOWED = frozenset(
    {
        "spark.cleaner.periodicGC.interval",
        "spark.default.parallelism",
        "spark.driver.maxResultSize",
        "spark.locality.wait",
        "spark.memory.fraction",
        "spark.memory.storageFraction",
        "spark.network.timeout",
        "spark.python.worker.memory",
        "spark.python.worker.reuse",
        "spark.rdd.compress",
        "spark.rpc.message.maxSize",
        "spark.scheduler.mode",
        "spark.serializer",
        "spark.task.cpus",
        "spark.task.maxFailures",
        "spark.ui.showConsoleProgress",
    }
)
_ALLOWED_BELOW = (
    "spark.broadcast.",
    "spark.io.compression.",
    "spark.kryo.",
    "spark.kryoserializer.",
    "spark.speculation",
    "spark.sql.",
)
_NAME = re.compile(r"spark\.[A-Za-z0-9_.-]{1,200}")


class OptionRefused(ValueError):  # noqa: N818 - it names what is wrong
    """An option is not allowed, or is none; the message names it and what to do."""


def checked(options: Mapping[str, object]) -> dict[str, str]:
    """Return the options as Spark reads them; raises OptionRefused for the first that is not allowed."""
    if len(options) > MOST_OPTIONS:
        raise OptionRefused(f"{len(options)} Spark options were given and {MOST_OPTIONS} are allowed")
    return {_checked_name(name): _checked_value(name, value) for name, value in options.items()}


def from_text(text: str) -> dict[str, str]:
    """Return the options in `text`, an object of JSON; empty text is none. Raises OptionRefused."""
    if not text:
        return {}
    try:
        options = json.loads(text)
    except ValueError as error:
        raise OptionRefused(f"the Spark options are no JSON: {error}") from error
    if not isinstance(options, dict):
        raise OptionRefused('the Spark options must be an object, like {"spark.sql.shuffle.partitions": "8"}')
    return checked(options)


def as_text(options: Mapping[str, str]) -> str:
    """Return the same text for the same options, which `from_text` reads; empty for none."""
    return json.dumps(options, sort_keys=True) if options else ""


def _checked_name(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise OptionRefused(f"{name[:100]!r} is not the name of a Spark option")
    if name not in _ALLOWED and not name.startswith(_ALLOWED_BELOW):
        raise OptionRefused(
            f"the Spark option {name} cannot be given for a kernel: environment or platform decides it"
        )
    return name


def _checked_value(name: str, value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str | int | float) or len(text) > LONGEST_VALUE or "\0" in text:
        raise OptionRefused(f"the value of {name} must be a text of at most {LONGEST_VALUE} characters")
    return text
