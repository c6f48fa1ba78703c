"""Who else may use the Hub's interface, and for what."""

import sys

from traitlets.config import Config

from kubeyard_hub.settings import HubSettings, secret

WEB_SERVICE = "kubeyard-web"
IDLE_SERVICE = "kubeyard-idle"
METRICS_SERVICE = "kubeyard-metrics"


def configure_services(config: Config, settings: HubSettings) -> None:
    """Give the web UI what its Notebooks page needs, and never administration."""
    config.JupyterHub.services = [{"name": WEB_SERVICE, "api_token": secret(settings.hub_service_token_file)}]
    config.JupyterHub.load_roles = [
        {
            "name": WEB_SERVICE,
            "description": "Lists people's Labs, starts and stops them",
            "scopes": ["list:users", "read:users", "read:servers", "servers"],
            "services": [WEB_SERVICE],
        }
    ]
    if settings.hub_metrics_token_file:
        tell_numbers(config, secret(settings.hub_metrics_token_file))
    if settings.hub_idle_seconds or settings.hub_lab_most_seconds:
        _stop_idle_labs(config, settings)


def tell_numbers(config: Config, token: str) -> None:
    """Let Prometheus read /hub/metrics, and nothing else."""
    config.JupyterHub.services.append({"name": METRICS_SERVICE, "api_token": token})
    config.JupyterHub.load_roles.append(
        {
            "name": METRICS_SERVICE,
            "description": "Reads the Hub's own numbers",
            "scopes": ["read:metrics"],
            "services": [METRICS_SERVICE],
        }
    )


def _stop_idle_labs(config: Config, settings: HubSettings) -> None:
    """Kernels are not stopped with their Lab: the gateway has its own limit for idle ones."""
    most = settings.hub_lab_most_seconds
    idle_seconds = settings.hub_idle_seconds or most
    command = [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={idle_seconds}"]
    if settings.hub_idle_check_seconds:
        command.append(f"--cull-every={settings.hub_idle_check_seconds}")
    if most:
        command.append(f"--max-age={most}")
    config.JupyterHub.services.append({"name": IDLE_SERVICE, "command": command})
    config.JupyterHub.load_roles.append(
        {
            "name": IDLE_SERVICE,
            "description": "Stops Labs that nobody uses",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": [IDLE_SERVICE],
        }
    )
