"""Every page of the web UI, registered on an app by one call."""

from flask import Flask

from kubeyard_web.presentation import register_presentation
from kubeyard_web.shell.assets import register_assets
from kubeyard_web.shell.context import register_context
from kubeyard_web.shell.settings import PageSettings


def register_pages(app: Flask, settings: PageSettings) -> None:
    """Register the shell, the filters and the blueprints of all capabilities."""
    register_assets(app)
    register_presentation(app)
    register_context(app, settings)
