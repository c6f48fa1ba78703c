"""A layout of one's own for the tests that start nothing."""

from pathlib import Path

import pytest
from kubeyard_local import folders
from kubeyard_local.layout import Layout
from kubeyard_local.settings import Settings, from_environment

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What a caller of the command would have set."""
    return {
        "PATH": "/usr/bin:/bin",
        "KUBEYARD_HOME": str(tmp_path / "home"),
        "KUBEYARD_CACHE": str(tmp_path / "cache"),
        "KUBEYARD_PORT_OFFSET": "3100",
    }


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return from_environment(environment)


@pytest.fixture
def layout(settings: Settings) -> Layout:
    """The layout with the folders that every command makes first."""
    folders.before_installing(settings.layout)
    return settings.layout
