"""What the tests of the web UI share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.web_ui import WebUi, running_web_ui


@pytest.fixture
def web_ui(tmp_path: Path) -> Iterator[WebUi]:
    """A web UI without demo accounts, where ada administers, and bob and eve are users."""
    with running_web_ui(tmp_path / "web") as running:
        running.add_user("ada", is_admin=True)
        running.add_user("bob")
        running.add_user("eve")
        yield running


@pytest.fixture
def demo_web_ui(tmp_path: Path) -> Iterator[WebUi]:
    """A web UI with the demo accounts only."""
    with running_web_ui(tmp_path / "demo", web_demo=True) as running:
        yield running
