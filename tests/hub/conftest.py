"""What the tests of the Hub share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kubeyard_hub.configuration import configure
from kubeyard_hub.settings import HubSettings
from traitlets.config import Config

from .settings import apply, environment_in


@pytest.fixture
def settings_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., HubSettings]:
    """Settings read from an environment, as the Hub reads them."""

    def read(**changes: str) -> HubSettings:
        apply(monkeypatch, environment_in(tmp_path, **changes))
        return HubSettings()

    return read


@pytest.fixture
def configured(settings_of: Callable[..., HubSettings]) -> Callable[..., Any]:
    """The configuration that such settings yield."""

    def make(**changes: str) -> Config:
        config = Config()
        configure(config, settings_of(**changes))
        return config

    return make
