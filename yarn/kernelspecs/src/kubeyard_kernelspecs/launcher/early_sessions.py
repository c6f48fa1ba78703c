"""Sessions that libraries ask for before Spark is there, in cells that do not name it."""

import functools
import threading
from collections.abc import Callable
from typing import Any


def hold_back(wait: Callable[[], None]) -> None:
    """Have everybody but this thread `wait` before they get a session, or make a context.

    pyspark would start a Spark of its own inside the container, on one machine, and nobody would notice.
    """
    # Comes with the runtime.
    from pyspark import SparkContext  # type: ignore[import-not-found]
    from pyspark.sql import SparkSession  # type: ignore[import-not-found]

    own = threading.get_ident()

    def held(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def call(*arguments: Any, **options: Any) -> Any:
            if threading.get_ident() != own:
                wait()
            return original(*arguments, **options)

        return call

    # Outside of pyspark's own locks, which the waiting one would hold against the one it waits for.
    SparkSession.Builder.getOrCreate = held(SparkSession.Builder.getOrCreate)
    SparkContext.getOrCreate = classmethod(held(SparkContext.getOrCreate.__func__))
    SparkContext.__init__ = held(SparkContext.__init__)
