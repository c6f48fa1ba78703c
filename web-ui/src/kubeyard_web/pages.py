"""Every page of the web UI, registered on an app by one call."""

from flask import Flask

from kubeyard_web.applications import kill, logs
from kubeyard_web.applications import views as applications
from kubeyard_web.backend.client import register_client
from kubeyard_web.backend.refusals import register_refusals
from kubeyard_web.environments import builds, new
from kubeyard_web.environments import views as environments
from kubeyard_web.events import views as events
from kubeyard_web.kernels import views as kernels
from kubeyard_web.notebooks import views as notebooks
from kubeyard_web.overview import views as overview
from kubeyard_web.platform import views as platform
from kubeyard_web.presentation import register_presentation
from kubeyard_web.search import views as search
from kubeyard_web.shell import views as shell
from kubeyard_web.shell.assets import register_assets
from kubeyard_web.shell.compression import register_compression
from kubeyard_web.shell.context import register_context
from kubeyard_web.shell.settings import PageSettings

BLUEPRINTS = (
    shell.blueprint,
    events.blueprint,
    overview.blueprint,
    applications.blueprint,
    kill.blueprint,
    logs.blueprint,
    kernels.blueprint,
    environments.blueprint,
    new.blueprint,
    builds.blueprint,
    search.blueprint,
    notebooks.blueprint,
    platform.blueprint,
)


def register_pages(app: Flask, settings: PageSettings) -> None:
    """Register the shell, the filters and the blueprints of all capabilities."""
    register_assets(app)
    register_compression(app)
    register_presentation(app)
    register_client(app, settings)
    register_refusals(app)
    register_context(app, settings)
    events.register_events(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
