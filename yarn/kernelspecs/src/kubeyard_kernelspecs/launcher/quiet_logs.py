"""Keeps what libraries log of a cell's error out of the notebook: the error itself says it all."""

import logging

_SAID_BY_PY4J = frozenset({"KeyboardInterrupt while sending command.", "Exception while sending command."})
# Spark 4 logs each failed query by these, as a line of JSON with the whole Java stack.
_FAILED_QUERIES = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")


def install() -> None:
    """Silence what Py4J logs, with a traceback each, when a call is interrupted or the JVM goes."""
    # It uses the root logger for some of it, which prints to stderr, and so below the cell.
    logging.getLogger().addFilter(lambda record: record.msg not in _SAID_BY_PY4J)
    logging.getLogger("py4j").setLevel(logging.CRITICAL)


def install_in_spark() -> None:
    """Silence what Spark logs of failed queries; needs pyspark. A handler that somebody adds is heard."""
    try:
        from pyspark.logger import PySparkLogger  # type: ignore[import-not-found]
    except ImportError:
        # Before Spark 4, which began with it.
        return
    for name in _FAILED_QUERIES:
        logger = PySparkLogger.getLogger(name)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        # Without any, Python's last resort would print it after all.
        logger.addHandler(logging.NullHandler())
