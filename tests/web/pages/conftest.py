"""A web UI with an API server behind it, which ada, bob, eve and the administrator grace may use."""

from collections.abc import Iterator

import pytest
from harness.site import Site, running_site


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return both, once for all tests: starting them takes longer than most tests."""
    with running_site(tmp_path_factory.mktemp("site")) as started:
        for name in ("ada", "bob", "eve"):
            started.web.add_user(name)
        started.web.add_user("grace", is_admin=True)
        yield started


@pytest.fixture
def site(running: Site) -> Site:
    """Return both, as if just started, with a cluster that has been seen and on which nothing runs."""
    running.reset()
    return running
