"""The whole configuration, put together from its parts."""

from traitlets.config import Config

from kubeyard_hub.kubernetes_settings import KubernetesSettings
from kubeyard_hub.kubernetes_spawner import configure_kubernetes_labs
from kubeyard_hub.labs import configure_labs
from kubeyard_hub.local_spawner import configure_local_labs
from kubeyard_hub.login import configure_login
from kubeyard_hub.logs import configure_logs
from kubeyard_hub.network import configure_network, configure_state
from kubeyard_hub.services import configure_services
from kubeyard_hub.settings import HubSettings, SpawnerKind
from kubeyard_hub.start_page import configure_start_page


def configure(config: Config, settings: HubSettings) -> None:
    """Fill in JupyterHub's configuration; only the spawner differs between one machine and Kubernetes."""
    for part in (
        configure_logs,
        configure_network,
        configure_state,
        configure_login,
        configure_start_page,
        configure_services,
        configure_labs,
    ):
        part(config, settings)
    if settings.hub_spawner is SpawnerKind.LOCAL:
        configure_local_labs(config, settings)
    else:
        configure_kubernetes_labs(config, KubernetesSettings())
