"""Starting a Lab happens on the web UI's page, which tells more than the Hub's: the Hub leads there."""

from pathlib import Path
from typing import Any

from jupyterhub.handlers.pages import SpawnHandler, SpawnPendingHandler  # type: ignore[import-untyped]
from oauthenticator.generic import GenericOAuthenticator  # type: ignore[import-untyped]
from tornado import web
from tornado.httputil import url_concat
from traitlets import Unicode
from traitlets.config import Config

from kubeyard_hub.settings import HubSettings

TEMPLATES = Path(__file__).with_name("templates")
# Says that the Hub knows this person now, so that the web UI sends nobody back and forth for good.
FROM_HUB = "from-hub"


class Login(GenericOAuthenticator):  # type: ignore[misc]  # oauthenticator carries no types
    """The web UI's login, and the way to its page that starts a Lab."""

    start_page = Unicode(help="The web UI's page that opens or starts one's own Lab.").tag(config=True)

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        """Ours come first: JupyterHub takes the first that fits."""
        ours = [(r"/spawn", StartOnOurPage), (r"/spawn/([^/]+)", StartOnOurPage)]
        return [*ours, (r"/spawn-pending/([^/]+)", WaitOnOurPage), *super().get_handlers(app)]


class StartOnOurPage(SpawnHandler):  # type: ignore[misc]
    """Opens one's own running Lab, and has the web UI start one that does not run."""

    @web.authenticated
    async def get(self, user_name: str | None = None, server_name: str = "") -> None:
        """An administrator who starts another's Lab stays with the Hub."""
        user = self.current_user
        if user_name not in (None, user.name) or user.spawner.ready:
            await super().get(user_name, server_name)
        else:
            self.redirect(_our_page(self, ""))


class WaitOnOurPage(SpawnPendingHandler):  # type: ignore[misc]
    """Shows one's own start on the web UI's page."""

    @web.authenticated
    async def get(self, user_name: str, server_name: str = "") -> None:
        """Another's start is for administrators, and stays with the Hub."""
        if user_name != self.current_user.name:
            await super().get(user_name, server_name)
        else:
            self.redirect(_our_page(self, "/status"))


def _our_page(handler: Any, which: str) -> str:
    wanted = {FROM_HUB: "1"}
    if next_path := handler.get_argument("next", ""):
        wanted["next"] = next_path
    return str(url_concat(handler.authenticator.start_page + which, wanted))


def configure_start_page(config: Config, settings: HubSettings) -> None:
    """Lead there from the Hub's own pages, and answer whoever starts a Lab at once."""
    config.JupyterHub.authenticator_class = Login
    config.Login.start_page = f"{settings.issuer}/lab"
    config.JupyterHub.template_paths = [str(TEMPLATES)]
    # Who asked for a start is not kept waiting: the page follows its progress.
    config.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}
