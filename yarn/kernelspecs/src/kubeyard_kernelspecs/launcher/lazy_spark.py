"""`spark`, `sc` and `sql`: made in the background, waited for only by the cells that name them."""

import ast
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from IPython.core.error import InputRejected

from . import quiet_logs
from .early_sessions import hold_back
from .jvm import Jvm
from .left_calls import LeftCalls, end_left
from .marks import mark
from .names import PROVIDED, names_spark

SAY_SO_AFTER_SECONDS = 1.0
STOP_WITHIN_SECONDS = 60.0
# The interrupted call's own cleaning up comes first.
CANCEL_AFTER_SECONDS = 0.1
CANCEL_ATTEMPTS = 20


class SparkUnavailable(InputRejected):
    """The cell needs Spark, which is not there; the message says why."""


class LazySpark:
    """Spark's session, and the AST transformer that makes a cell wait for it.

    IPython shows InputRejected of a transformer as the cell's own error; an exception in a hook
    before the cell would be printed and the cell run all the same.
    """

    def __init__(self, namespace: dict[str, Any], jvm: Jvm, on_lost: Callable[[], None]) -> None:
        """`on_lost` is called when Java ends under a living kernel."""
        self._namespace = namespace
        self._jvm = jvm
        self._on_lost = on_lost
        self._settled = threading.Event()
        self._error = ""
        self._told = False
        self._session: Any = None
        self._stopped = False
        self._calls = LeftCalls()

    def start(self) -> None:
        """Begin to wait for Java and make the session."""
        threading.Thread(target=self._start, name="spark", daemon=True).start()
        threading.Thread(target=self._watch, name="jvm-watch", daemon=True).start()

    @property
    def is_settled(self) -> bool:
        """Whether Spark has come, or will not come any more."""
        return self._settled.is_set()

    def wait_for_session(self) -> Any:
        """Wait for the session and return it; raises SparkUnavailable when there will be none."""
        self._settled.wait()
        if self._session is None or self._error:
            raise SparkUnavailable(self._error)
        return self._session

    def visit(self, cell: ast.AST) -> ast.AST:
        """Called by IPython with each cell before it runs."""
        if not self._settled.is_set() or self._error:
            owned = [name for name in PROVIDED if name in self._namespace]
            if names_spark(cell, owned):
                self._wait()
        self._mark_jobs()
        return cell

    def cancel_jobs(self) -> None:
        """End every running Spark job, and those that the interrupted call still begins; the session stays.

        An interrupted call makes Py4J close its connections to Java, and it takes those of other
        threads for its own: the wish may get lost on its way, so it is repeated until it arrived.
        """
        way = self._calls.way
        self._insist(lambda context: context.cancelAllJobs())
        if way is not None:
            self._insist(lambda context: end_left(way, context))

    def _insist(self, wish: Callable[[Any], None]) -> None:
        for _ in range(CANCEL_ATTEMPTS):
            if self._has_context:
                time.sleep(CANCEL_AFTER_SECONDS)
            if not self._has_context:
                # It may have been stopped meanwhile: each stop of a kernel interrupts it first.
                return
            try:
                wish(self._session.sparkContext)
            except Exception as error:
                print(f"jobs not cancelled yet: {_in_short(error)}", file=sys.__stderr__, flush=True)
            else:
                return

    @property
    def _has_context(self) -> bool:
        """Whether there is a way to Java: a session that was stopped has none any more, and no jobs."""
        return self._session is not None and not self._stopped and self._session.sparkContext._jsc is not None

    def _mark_jobs(self) -> None:
        if not self._has_context:
            return
        try:
            self._calls.mark(self._session.sparkContext)
        except KeyboardInterrupt:
            # IPython would lose it here, and run the cell.
            raise SparkUnavailable("interrupted before the cell began; run it again") from None
        except Exception as error:
            print(f"jobs not marked: {error}", file=sys.__stderr__, flush=True)

    def running_jobs(self) -> int:
        """Return how many jobs run now, 0 where nobody can tell."""
        if self._session is None:
            return 0
        try:
            return len(self._session.sparkContext.statusTracker().getActiveJobsIds())
        except Exception as error:
            print(f"jobs not counted: {error}", file=sys.__stderr__, flush=True)
            return 0

    def lacks_executor(self) -> bool:
        """Whether jobs run now and have no executor to run on; raises what Py4J raises."""
        if self._session is None:
            return False
        context = self._session.sparkContext
        if not context.statusTracker().getActiveJobsIds():
            return False
        return bool(context._jsc.sc().getExecutorIds().isEmpty())

    def stop(self) -> None:
        """Stop the session, after it has come if it is still on its way.

        Without ever having had a SparkContext the ApplicationMaster would end the application as FAILED.
        """
        if not self._settled.wait(STOP_WITHIN_SECONDS) or not self._has_context:
            return
        self._stopped = True
        try:
            # Java's side alone: pyspark's own waits for a server that looks each half second whether to end.
            self._session.sparkContext._jsc.stop()
        except Exception as error:
            # Java has gone before, and takes its context along.
            print(f"Spark not stopped: {error}", file=sys.__stderr__, flush=True)

    def _start(self) -> None:
        try:
            # Imported while Java starts, which takes longer. It comes with the runtime.
            from pyspark.sql import SparkSession  # type: ignore[import-not-found]

            quiet_logs.install_in_spark()
            hold_back(self._wait)
            os.environ.update(self._jvm.gateway())
            self._session = SparkSession.builder.getOrCreate()
            provided = {"spark": self._session, "sc": self._session.sparkContext, "sql": self._session.sql}
            for name, value in provided.items():
                self._namespace.setdefault(name, value)
            mark("spark")
        except Exception as error:
            traceback.print_exc(file=sys.__stderr__)
            self._error = f"Spark did not start. {_in_short(error)}"
        finally:
            self._settled.set()

    def _watch(self) -> None:
        while not self._jvm.is_gone:
            time.sleep(0.3)
        self._error = f"Spark is gone. {self._jvm.last_words()}"
        self._settled.set()
        # The waiting cell gets a moment to tell its reason.
        time.sleep(0.2)
        self._on_lost()

    def _wait(self) -> None:
        begin = time.monotonic()
        try:
            while not self._settled.wait(0.1):
                if not self._told and time.monotonic() - begin > SAY_SO_AFTER_SECONDS:
                    self._told = True
                    print("Spark is starting; this cell runs as soon as it is there.", flush=True)  # noqa: T201
        except KeyboardInterrupt:
            raise SparkUnavailable("interrupted while waiting for Spark; run the cell again") from None
        if self._error:
            raise SparkUnavailable(f"{self._error} Restart the kernel to try again.")


def _in_short(error: Exception) -> str:
    """Py4J's messages carry the whole Java stack: the line that names the cause is what helps."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith("Caused by:")]
    told = causes[-1] if causes else " ".join(lines[:2])
    return f"{type(error).__name__}: {told}"[:600]
