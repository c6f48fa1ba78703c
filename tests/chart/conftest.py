"""Whoever renders the chart needs Helm."""

import pytest
from harness import helm


@pytest.fixture(scope="session")
def chart() -> None:
    """Helm is there; otherwise the test says by name what is missing."""
    if helm.find_helm() is None:
        pytest.skip(helm.MISSING)
