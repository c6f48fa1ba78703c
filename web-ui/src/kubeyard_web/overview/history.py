"""What the cluster used over the last hour, day or week, as plots of memory and cores."""

from datetime import timedelta

from flask import request
from kubeyard_client.messages.history import ClusterHistory, HistoryQuery, Span

from kubeyard_web.backend.client import api
from kubeyard_web.backend.known import ask_again_after
from kubeyard_web.plots.plot import SPAN_WORDS, Plot
from kubeyard_web.plots.rows import rows
from kubeyard_web.plots.time_marks import time_marks
from kubeyard_web.plots.units import CORES, MEMORY

# The finest step is longer, so nobody sees anything late by more than this.
SHORTEST_AGE = timedelta(seconds=2)
LONGEST_REFRESH_SECONDS = 60


def history_facts() -> dict[str, object]:
    """Return what the template of the plots needs, for the span in the address."""
    span = wanted_span()
    query = HistoryQuery(span=span)
    known = ask_again_after(SHORTEST_AGE, f"history {span}", lambda: api().show_cluster_history(query))
    return {
        "history": known,
        "span": span,
        "spans": {each: SPAN_WORDS[each] for each in Span},
        **(_drawn(known.value) if known.value else {}),
    }


def wanted_span() -> Span:
    """Return the span in the address; an hour when there is none that we know."""
    wanted = request.args.get("span", "")
    return Span(wanted) if wanted in set(Span) else Span.HOUR


def _drawn(history: ClusterHistory) -> dict[str, object]:
    plots = (
        Plot("memory", "Memory", MEMORY, history, history.memory_mb),
        Plot("cores", "Cores", CORES, history, history.vcores),
    )
    since = history.collected_since
    return {
        "plots": plots,
        "time_marks": list(time_marks(history)),
        "rows": rows(history, [(history.memory_mb, MEMORY), (history.vcores, CORES)]),
        "begun_at": since if since and since > history.starts_at else None,
        "refresh_seconds": min(history.step_seconds, LONGEST_REFRESH_SECONDS),
    }
