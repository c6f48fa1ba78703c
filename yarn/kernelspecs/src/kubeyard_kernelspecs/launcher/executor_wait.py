"""Says in the notebook that a cell's Spark job has no executor to run on, and when it has got one."""

import itertools
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

LOOK_EVERY_SECONDS = 1.0
# An executor that the cluster has room for is there by then, on a busy machine too.
SAY_SO_AFTER_SECONDS = 10.0
WAITING = (
    "This Spark job waits for an executor: the cluster has no room for one now, or it is still starting. "
    "It goes on by itself; other people's idle kernels give theirs back after a minute."
)
GOT_ONE = "The Spark job has its executor and goes on."


class ExecutorWait:
    """Looks once a second while a cell runs, and asks nothing for cells that take less."""

    def __init__(self, shell: Any, lacks_executor: Callable[[], bool], say: Callable[[str], None]) -> None:
        """`lacks_executor` tells whether jobs run and no executor is there; `say` shows a line."""
        self._lacks_executor = lacks_executor
        self._say = say
        # The cell that runs, by its number; 0 between two cells.
        self._cell = 0
        self._cells = itertools.count(1)
        self._ended = threading.Event()
        shell.events.register("pre_execute", self._begin)
        shell.events.register("post_execute", self._end)

    def start(
        self, say_so_after_seconds: float = SAY_SO_AFTER_SECONDS, every_seconds: float = LOOK_EVERY_SECONDS
    ) -> None:
        """Begin to look."""
        arguments = (say_so_after_seconds, every_seconds)
        threading.Thread(target=self._watch, args=arguments, name="executor-wait", daemon=True).start()

    def stop(self) -> None:
        """Ask nothing any more: the session is about to be stopped."""
        self._ended.set()

    def _begin(self) -> None:
        self._cell = next(self._cells)

    def _end(self) -> None:
        self._cell = 0

    def _watch(self, say_so_after_seconds: float, every_seconds: float) -> None:
        cell, waits_since, told = 0, 0.0, False
        while not self._ended.wait(every_seconds):
            if self._cell != cell:
                cell, waits_since, told = self._cell, 0.0, False
            elif cell and not self._asked():
                if told:
                    self._say(GOT_ONE)
                waits_since, told = 0.0, False
            elif cell and not told:
                waits_since = waits_since or time.monotonic()
                told = time.monotonic() - waits_since >= say_so_after_seconds
                if told:
                    self._say(WAITING)

    def _asked(self) -> bool:
        try:
            return self._lacks_executor()
        except Exception as error:
            # An interrupt closes Py4J's connections, this thread's too.
            print(f"executors not counted: {error}", file=sys.__stderr__, flush=True)
            return False
