"""The Hub as a client of the provider."""

import pytest
from harness.oidc_client import Client
from harness.web_ui import WebUi


@pytest.fixture
def hub(web_ui: WebUi) -> Client:
    """The Hub, as bob's browser meets it."""
    return Client(web_ui, web_ui.browser_of("bob"))


@pytest.fixture
def hub_of_ada(web_ui: WebUi) -> Client:
    """The Hub, as the browser of ada, an administrator, meets it."""
    return Client(web_ui, web_ui.browser_of("ada"))
