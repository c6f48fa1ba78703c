"""What every template may use: `shell`, with the theme, the banners' settings, the links out and the chip."""

from dataclasses import dataclass
from functools import cached_property

from flask import Flask, request, url_for
from kubeyard_client.errors import ApiError

from kubeyard_web.backend.client import cluster
from kubeyard_web.backend.known import Known
from kubeyard_web.shell.health import Health, health
from kubeyard_web.shell.settings import PageSettings

THEMES = ("system", "light", "dark")
THEME_COOKIE = "kubeyard_theme"


@dataclass(frozen=True)
class Shell:
    """The frame of the page that is being rendered."""

    demo: bool
    single_account: bool
    lab_url: str
    theme: str

    @cached_property
    def health(self) -> Health:
        """How the cluster is; asked for by pages with the chip only."""
        try:
            return health(cluster())
        except ApiError as refused:  # the page that tells of a refusal has this frame too
            return health(Known(None, problem=refused.detail))


def theme_preference() -> str:
    """Return the theme that this browser asked for; anything unknown means: like the system."""
    wanted = request.cookies.get(THEME_COOKIE, "system")
    return wanted if wanted in THEMES else "system"


def register_context(app: Flask, settings: PageSettings) -> None:
    """Make `shell` known to every template, the ones without navigation too."""

    def shell() -> dict[str, Shell]:
        address = url_for("notebooks.open_lab")
        frame = Shell(settings.demo, settings.single_account, address, theme_preference())
        return {"shell": frame}

    app.context_processor(shell)
