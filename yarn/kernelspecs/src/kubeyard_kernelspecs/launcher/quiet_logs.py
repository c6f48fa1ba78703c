"""Keeps Py4J's account of an interrupt out of the notebook: the cell's own error says it all."""

import logging

_SAID_BY_PY4J = frozenset({"KeyboardInterrupt while sending command.", "Exception while sending command."})


def install() -> None:
    """Silence what Py4J logs, with a traceback each, when a call is interrupted or the JVM goes."""
    # It uses the root logger for some of it, which prints to stderr, and so below the cell.
    logging.getLogger().addFilter(lambda record: record.msg not in _SAID_BY_PY4J)
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
