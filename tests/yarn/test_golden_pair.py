"""How the members of each recorded version's pair of ResourceManagers send the client to each other."""

import re
from collections.abc import Iterator
from dataclasses import replace as replaced

import pytest
from harness.recording.replay import GOLDEN, Replay, script_of
from harness.recording.stage import OWNER
from harness.scripted_server import Answer, Asked, ScriptedServer
from kubeyard_yarn.errors import Unreachable
from kubeyard_yarn.resource_manager import ResourceManager


@pytest.fixture
def standby(replay: Replay) -> Iterator[ScriptedServer]:
    """Yield a member that is not in charge and redirects to the recorded active one, which is `replay`."""

    def script(asked: Asked) -> Answer:
        folder = GOLDEN / replay.version
        name = asked.path.rpartition("/")[2].replace("-", "_")
        answer = script_of(folder / f"{name}_of_the_standby.json")(asked)
        headers = {key: re.sub(r"http://[^/]+", replay.node, value) for key, value in answer.headers.items()}
        return replaced(answer, headers=headers)

    with ScriptedServer(script) as server:
        yield server


def test_nobody_in_charge_is_unreachable(replay: Replay) -> None:
    with pytest.raises(Unreachable, match="STANDBY"):
        replay.manager("info_with_none_active").info()
    with pytest.raises(Unreachable, match="standby"):
        replay.manager("metrics_with_none_active").metrics()


def test_the_standby_is_passed_over(replay: Replay, standby: ScriptedServer) -> None:
    active = replay.open("metrics_of_the_active")
    manager = ResourceManager([standby.url, active], "kubeyard")
    assert manager.metrics().nodes_active == 0
    assert manager.active_url == active
    assert [asked.path for asked in standby.asked] == ["/ws/v1/cluster/metrics"]


def test_the_standby_leads_to_an_active_member_that_was_not_named(
    replay: Replay, standby: ScriptedServer
) -> None:
    replay.open("metrics_of_the_active")
    assert ResourceManager([standby.url], "kubeyard").metrics().nodes_active == 0


def test_info_is_the_active_member_s(replay: Replay, standby: ScriptedServer) -> None:
    active = replay.open("info_of_the_active")
    info = ResourceManager([standby.url, active], "kubeyard").info()
    assert (info.ha_state, info.version) == ("ACTIVE", replay.version)
    with pytest.raises(Unreachable, match="STANDBY"):
        ResourceManager([standby.url], "kubeyard").info()


def test_a_change_is_led_to_the_active_member_too(replay: Replay, standby: ScriptedServer) -> None:
    replay.open("new_application_of_the_active")
    created = ResourceManager([standby.url], OWNER).new_application()
    assert created.id.startswith("application_")
    assert [asked.method for asked in (*standby.asked, *replay.asked)] == ["POST", "POST"]
