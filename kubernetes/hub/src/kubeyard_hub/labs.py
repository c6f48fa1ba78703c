"""What every Lab is given, wherever it runs."""

from traitlets.config import Config

from kubeyard_hub.settings import HubSettings

TOKEN_PATH = "/api/token"  # noqa: S105  an address, not a token


def configure_labs(config: Config, settings: HubSettings) -> None:
    """Point Labs at the gateway and at the exchange that turns their Hub token into one for the gateway."""
    lab = config.Spawner
    lab.default_url = "/lab"
    lab.start_timeout = settings.lab_start_seconds
    lab.http_timeout = settings.lab_start_seconds
    # Until the Hub notices that a Lab died, its user sees an error page instead of a start.
    lab.poll_interval = 5
    # A file that a user uploads must never be read as configuration: his code would run in the Lab's process.
    lab.disable_user_config = True
    lab.environment = lab_environment(settings)
    if not settings.lab_terminals:
        lab.args = ["--ServerApp.terminals_enabled=False"]


def lab_environment(settings: HubSettings) -> dict[str, str]:
    """The variables of a Lab; its gateway token is not among them, since it renews that by itself."""
    authority = settings.gateway_ca_file
    return {
        "JUPYTER_GATEWAY_URL": settings.gateway_url,
        **({"JUPYTER_GATEWAY_CA_CERTS": str(authority)} if authority else {}),
        "JUPYTER_GATEWAY_AUTH_SCHEME": "Bearer",
        "JUPYTER_GATEWAY_TOKEN_RENEWER_CLASS": "kubeyard_lab.renewer.GatewayTokenRenewer",
        "JUPYTER_GATEWAY_CONNECT_TIMEOUT": "10",
        "JUPYTER_GATEWAY_REQUEST_TIMEOUT": str(settings.lab_kernel_start_seconds),
        "KUBEYARD_TOKEN_URL": settings.web_url + TOKEN_PATH,
        # Neither the folder a Lab is started in nor the user's own packages may shadow the Lab's code.
        "PYTHONNOUSERSITE": "1",
        "PYTHONSAFEPATH": "1",
    }
