"""A start as its page shows it: its steps in plain words, and why it waits or failed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile

from kubeyard_web.cluster_words import Words, in_words, in_words_of_text
from kubeyard_web.notebooks.labs import ProgressEvent

# What JupyterHub itself says, whatever it starts.
_HUBS_OWN = {
    "Server requested": "JupyterLab was asked for",
    "Spawning server...": "JupyterLab is starting",
    "Spawn cancelled": "The start was given up",
    "Spawn failed": "JupyterLab did not start, and the Hub does not know why.",
    "Timeout": "JupyterLab did not start in time.",
}
# Kubernetes gives these no warning, although nothing goes on.
_TROUBLE_CALLED_NORMAL = frozenset({"BackOff", "NotTriggerScaleUp"})
MOST_STEPS = 40


@dataclass(frozen=True)
class Step:
    """Something that happened: in plain words, and as it was said."""

    words: Words
    raw: str
    is_warning: bool = False
    times: int = 1


@dataclass(frozen=True)
class Start:
    """All that is known of one start."""

    steps: tuple[Step, ...] = ()
    percent: int = 0
    failure: Step | None = None
    is_ready: bool = False

    @property
    def trouble(self) -> Step | None:
        """What it waits for, if the last that happened was not good: of what was said since, what tells most.

        The kubelet says the cause of a failure first, and then once more without it.
        """
        since = list(takewhile(lambda step: step.is_warning, reversed(self.steps)))
        return min(since, key=lambda step: step.words.vagueness, default=None)

    def after(self, event: ProgressEvent) -> "Start":
        """This start, once this has happened too."""
        if event.is_ready:
            return replace(self, is_ready=True, percent=100)
        step = _step(event)
        if event.is_failed:
            return replace(self, failure=step)
        percent = max(self.percent, min(event.percent, 99))
        if self.steps and self.steps[-1].words == step.words:
            again = replace(self.steps[-1], times=self.steps[-1].times + 1, raw=step.raw)
            return replace(self, steps=(*self.steps[:-1], again), percent=percent)
        return replace(self, steps=(*self.steps, step)[-MOST_STEPS:], percent=percent)


def failed(event: ProgressEvent) -> Start:
    """A start of which only its end is known."""
    return Start().after(event)


def replay(events: Iterable[ProgressEvent]) -> Start:
    """The start in which all of this happened."""
    start = Start()
    for event in events:
        start = start.after(event)
    return start


def _step(event: ProgressEvent) -> Step:
    raw = f"{event.reason}: {event.message}" if event.reason else event.message
    if event.message in _HUBS_OWN:
        return Step(Words(_HUBS_OWN[event.message]), "")
    words = in_words(event.reason, event.message) if event.reason else in_words_of_text(event.message)
    is_warning = event.is_warning or event.reason in _TROUBLE_CALLED_NORMAL
    return Step(words, raw if words.what != raw else "", is_warning=is_warning)
