"""An interrupted cell says KeyboardInterrupt, whatever Spark's own tidying up ran into on the way out."""

from typing import Any

# Py4J closes the connection of an interrupted call; whoever tidies up after the call finds it closed, or is
# answered by nothing. An error that Java itself tells is a Py4JJavaError, and stays what it is.
_LOST_CONNECTION = frozenset({("py4j.protocol", "Py4JNetworkError"), ("py4j.protocol", "Py4JError")})


class Interrupts:
    """Shows and answers the interrupt in place of the lost connection that it left behind.

    PySpark's context managers call Java again on their way out of an interrupted call, which fails;
    a notebook would name that failure, and hide that somebody pressed interrupt.
    """

    def __init__(self, shell: Any) -> None:
        """`shell` is IPython's; its errors are shown by it as before."""
        self._shell = shell
        self._show = shell.showtraceback
        shell.showtraceback = self._show_interrupt
        shell.events.register("post_run_cell", self._answer_interrupt)

    def _show_interrupt(self, exc_tuple: Any = None, *words: Any, **options: Any) -> None:
        try:
            _, error, traceback = self._shell._get_exc_info(exc_tuple)
        except ValueError:
            # There is none, which IPython says itself.
            error = None
        if error is not None and (interrupt := interrupt_behind(error)):
            exc_tuple = (type(interrupt), interrupt, traceback)
        self._show(exc_tuple, *words, **options)

    def _answer_interrupt(self, result: Any) -> None:
        # None where the cell itself was cancelled.
        error = getattr(result, "error_in_exec", None)
        if error is not None and (interrupt := interrupt_behind(error)):
            result.error_in_exec = interrupt


def interrupt_behind(error: BaseException) -> KeyboardInterrupt | None:
    """Return the interrupt during which a connection to Java was lost; None if `error` is anything else."""
    kind = type(error)
    if (kind.__module__, kind.__name__) not in _LOST_CONNECTION:
        return None
    before = error.__context__
    while before is not None and not isinstance(before, KeyboardInterrupt):
        before = before.__context__
    return before
