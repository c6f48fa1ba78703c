"""A web UI with an API server behind it, which ada, bob, eve and the administrator grace may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.site import Site, running_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return both, with an empty cluster that has been seen."""
    with running_site(tmp_path) as running:
        for name in ("ada", "bob", "eve"):
            running.web.add_user(name)
        running.web.add_user("grace", is_admin=True)
        running.mirror_cluster()
        yield running
