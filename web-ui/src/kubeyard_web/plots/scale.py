"""The vertical scale of a plot: what there is fills it, and demand beyond that does not squash it."""

from dataclasses import dataclass

from kubeyard_web.plots.units import Unit

MOST_INTERVALS = 4
# Demand is drawn up to this multiple of what there is; the numbers always tell all of it.
DEMAND_SHOWN = 1.5
HEADROOM = 1.06


@dataclass(frozen=True)
class Scale:
    """From 0 to `top`, with marks at `marks`."""

    top: float
    marks: tuple[int, ...]


def scale_for(limit: float, demand: float, unit: Unit) -> Scale:
    """Return the scale for what was there or used at most, and what was waited for at most."""
    highest = max(limit, min(demand, DEMAND_SHOWN * limit)) if limit else demand
    highest = max(highest, 1)
    step = next(step for step in unit.steps() if step * MOST_INTERVALS >= highest)
    return Scale(highest * HEADROOM, tuple(range(0, int(highest) + 1, step)))
