"""Addresses: the proxy's public one, the Hub's internal one, and a proxy that outlives the Hub."""

from traitlets.config import Config

from kubeyard_hub.settings import HubSettings, secret


def configure_network(config: Config, settings: HubSettings) -> None:
    """Bind the Hub, and reach a proxy that is supervised on its own: restarting the Hub cuts nobody off."""
    hub = config.JupyterHub
    hub.bind_url = settings.hub_bind_url
    hub.hub_bind_url = settings.hub_internal_url
    if settings.hub_connect_url:
        hub.hub_connect_url = settings.hub_connect_url
    hub.cleanup_servers = False
    hub.cleanup_proxy = False
    # Seconds. A proxy that was started anew knows no route until the Hub looks, as it does at this pace: by
    # itself it would leave running Labs out of everybody's reach for five minutes.
    hub.last_activity_interval = 10
    config.ConfigurableHTTPProxy.should_start = False
    config.ConfigurableHTTPProxy.api_url = settings.proxy_api_url
    config.ConfigurableHTTPProxy.auth_token = secret(settings.hub_proxy_token_file)


def configure_state(config: Config, settings: HubSettings) -> None:
    """Keep what must outlive a restart in the state folder: the database and the key of the cookies."""
    config.JupyterHub.db_url = settings.database_url
    config.JupyterHub.upgrade_db = True
    config.JupyterHub.cookie_secret_file = str(settings.hub_state_dir / "hub-cookie-secret")
