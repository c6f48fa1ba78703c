"""The one owner check of the edge."""

from datetime import UTC, datetime

import pytest
from kubeyard_identity import Caller, may_act


def _caller(name: str, *roles: str) -> Caller:
    return Caller(name, frozenset(), frozenset(roles), datetime.now(UTC), datetime.now(UTC))


@pytest.mark.parametrize(
    ("caller", "owner", "allowed"),
    [
        (_caller("ada", "user"), "ada", True),
        (_caller("eve", "user"), "ada", False),
        (_caller("admin", "user", "admin"), "ada", True),
        (_caller("kubeyard-web", "service"), "ada", False),
        (_caller("ada", "user"), "", False),
        (_caller("admin", "user", "admin"), "", True),
        (_caller("ada", "user"), "Ada", False),
    ],
)
def test_only_the_owner_and_administrators_may_act(caller: Caller, owner: str, allowed: bool) -> None:
    assert may_act(caller, owner) is allowed
