"""The JupyterLab side of Kubeyard: identity towards the gateway, the kernel's connection, and the welcome."""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "kubeyard_lab.extension"}]
