"""A spare's warm-up: what the first cell would wait for is done before anybody waits."""

import os
import sys
import threading
import traceback
from enum import StrEnum
from typing import Any

from .lazy_spark import LazySpark
from .marks import MARKS, mark

DRIVER, EXECUTOR = "driver", "executor"
# The fourth run is as quick as any later one: Java has compiled what is hot by then.
ROUNDS = 4
# Spark takes an idle executor away after a minute, and the executor its idle Python worker.
KEEP_WARM_EVERY_SECONDS = 20.0
_SUM = "sum(id)"


class WarmthState(StrEnum):
    """How far the warm-up is."""

    COLD = "cold"
    WARMING = "warming"
    WARM = "warm"
    FAILED = "failed"


class WarmUp:
    """Warms Spark up and keeps it so until the kernel is claimed.

    The session is in the namespace before: a warm-up that fails costs speed and nothing else.
    """

    def __init__(self, form: str, spark: LazySpark) -> None:
        """`form` is `driver`, `executor`, or empty for a kernel that somebody waits for already."""
        self._form = form
        self._spark = spark
        self._claimed = threading.Event()
        self._state = WarmthState.WARMING if form else WarmthState.COLD
        self._error = ""

    def start(self) -> None:
        """Begin as soon as Spark is there."""
        if self._form:
            threading.Thread(target=self._run, name="warm-up", daemon=True).start()

    def times(self, _request: dict[str, object]) -> dict[str, object]:
        """Answer the gateway's question how far this kernel is."""
        return {
            "marks": dict(MARKS),
            "settled": self._spark.is_settled,
            "warmth": self._state.value,
            "error": self._error,
        }

    def claim(self, request: dict[str, object]) -> dict[str, object]:
        """Become somebody's kernel, under the id that the client knows."""
        os.environ["KERNEL_ID"] = str(request["kernel_id"])
        self._claimed.set()
        if self._form == DRIVER:
            # What a cold kernel asks for with its session; nobody waits for the answer.
            threading.Thread(target=self._request_executor, daemon=True).start()
        return self.times(request)

    def _run(self) -> None:
        try:
            session = self._spark.wait_for_session()
            plan(session)
            for _ in range(ROUNDS if self._form == EXECUTOR else 0):
                if self._claimed.is_set():
                    break
                run_jobs(session)
            self._state = WarmthState.WARM
            mark("warm")
            if self._form == EXECUTOR:
                self._keep_warm(session)
        except Exception as error:
            traceback.print_exc(file=sys.__stderr__)
            self._state = WarmthState.FAILED
            self._error = f"{type(error).__name__}: {str(error).splitlines()[:1]}"[:300]

    def _keep_warm(self, session: Any) -> None:
        while not self._claimed.wait(KEEP_WARM_EVERY_SECONDS):
            run_jobs(session)

    def _request_executor(self) -> None:
        try:
            self._spark.wait_for_session().sparkContext._jsc.sc().requestExecutors(1)
        except Exception:
            traceback.print_exc(file=sys.__stderr__)


def plan(session: Any) -> None:
    """Have the driver load and compile what every query needs; no executor takes part."""
    frame = session.range(10**6).selectExpr(_SUM)
    physical = frame._jdf.queryExecution().executedPlan()
    physical.toString()
    session.sparkContext._jvm.org.apache.spark.sql.execution.debug.package.codegenString(physical)
    # A local relation runs no job.
    session.sql("VALUES (1)").collect()


def run_jobs(session: Any) -> None:
    """Run SQL and Python on an executor, each as small as can be."""
    session.range(1000).selectExpr(_SUM).collect()
    # A built-in function: an executor cannot import this launcher.
    session.sparkContext.parallelize([1], 1).map(abs).collect()
