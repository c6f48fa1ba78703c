"""What the tour made, taken away again in reverse order, also after a failure."""

from collections.abc import Callable

from kubeyard_local.tour.itinerary import EXPECTED_FAULTS, UnexpectedError, reason_of


class Tidying:
    """Remembers how to undo each thing."""

    def __init__(self) -> None:
        self._actions: list[tuple[str, Callable[[], object]]] = []

    def later(self, title: str, action: Callable[[], object]) -> None:
        """Do this at the end; it must be harmless when the thing is gone already."""
        self._actions.append((title, action))

    def tidy(self) -> list[str]:
        """Do all of it, whatever fails; returns what could not be done."""
        failures = []
        while self._actions:
            title, action = self._actions.pop()
            try:
                action()
            except (UnexpectedError, *EXPECTED_FAULTS) as error:
                failures.append(f"{title}: {reason_of(error)}")
        return failures
