"""The configuration that is installed beside the package, where Jupyter looks by itself."""

import json
from pathlib import Path
from typing import Any

import jupyterlab  # type: ignore[import-untyped]
import pytest
from traitlets.utils.importstring import import_item

DATA = Path(__file__).resolve().parents[2] / "kubernetes" / "lab" / "data"


def read(name: str) -> Any:
    return json.loads((DATA / name).read_text())


@pytest.mark.parametrize(
    "trait", ["kernel_manager_class", "kernel_websocket_connection_class", "session_manager_class"]
)
def test_configured_class_can_be_imported(trait: str) -> None:
    configured = read("etc/jupyter/jupyter_server_config.json")["ServerApp"][trait]
    assert import_item(configured).__name__ == configured.rpartition(".")[2]


def test_users_cannot_install_extensions_into_the_lab() -> None:
    assert read("etc/jupyter/jupyter_server_config.json")["LabApp"]["extension_manager"] == "readonly"


def test_large_messages_pass_the_browsers_leg() -> None:
    limit = read("etc/jupyter/jupyter_server_config.json")["ServerApp"]["tornado_settings"][
        "websocket_max_message_size"
    ]
    assert limit >= 64 * 2**20


def test_overridden_settings_exist_in_jupyterlab() -> None:
    schemas = Path(jupyterlab.__file__).parents[4] / "share" / "jupyter" / "lab" / "schemas"
    overrides = read("share/jupyter/lab/settings/overrides.d/kubeyard-lab.json")
    for plugin, values in overrides.items():
        package, _, name = plugin.rpartition(":")
        known = json.loads((schemas / package / f"{name}.json").read_text())["properties"]
        assert set(values) <= set(known), plugin
