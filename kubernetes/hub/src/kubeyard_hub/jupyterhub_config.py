"""What JupyterHub itself loads: its configuration `c`, filled in from this process's settings."""

from kubeyard_hub.configuration import configure
from kubeyard_hub.settings import HubSettings

configure(c, HubSettings())  # type: ignore[name-defined]  # noqa: F821  JupyterHub defines c
