"""A gateway before a cluster whose words are scripted; the gateway and what it submits are real."""

from collections.abc import Iterator

import pytest
from harness.gateway import GatewayProcess, Gateways
from harness.scripted_yarn import ScriptedYarn, gateway_before


@pytest.fixture(scope="module")
def yarn() -> ScriptedYarn:
    """The cluster; a module may have one that tells more."""
    return ScriptedYarn()


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """What else the gateway is told; a module may say more than nothing."""
    return {}


@pytest.fixture(scope="module")
def gateway(
    yarn: ScriptedYarn,
    settings: dict[str, str],
    start_gateway: Gateways,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[GatewayProcess]:
    """A gateway before the scripted cluster."""
    with gateway_before(yarn, start_gateway, tmp_path_factory.mktemp("cluster"), **settings) as process:
        yield process
