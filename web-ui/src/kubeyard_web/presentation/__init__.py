"""How values are shown: filters and the words and colours of states."""

from flask import Flask

from kubeyard_web.presentation import amounts, times


def register_presentation(app: Flask) -> None:
    """Give templates the filters."""
    for show in (amounts.memory, amounts.size, amounts.cores, amounts.plural, times.duration, times.relative):
        app.add_template_filter(show)
