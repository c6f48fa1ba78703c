"""How values are shown: filters, and the words and colours of states."""

from flask import Flask

from kubeyard_web.presentation import amounts, states, times

FILTERS = (
    amounts.memory,
    amounts.memory_time,
    amounts.size,
    amounts.cores,
    amounts.plural,
    times.clock,
    times.duration,
    times.relative,
    times.seconds,
    times.ahead,
    states.application_state,
    states.kernel_state,
    states.stage,
    states.build_state,
    states.node_state,
)


def register_presentation(app: Flask) -> None:
    """Give templates the filters."""
    for show in FILTERS:
        app.add_template_filter(show)
