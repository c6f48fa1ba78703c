"""An application's time to live, which YARN itself enforces."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from harness.hadoop import Hadoop, Submit, UntilState, WaitForContainer
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_yarn.applications import ApplicationState
from kubeyard_yarn.errors import NotFound, Refused
from kubeyard_yarn.resource_manager import ResourceManager


@pytest.mark.daemons
def test_an_application_is_killed_when_its_time_is_over(
    hadoop: Hadoop, submit: Submit, until_state: UntilState
) -> None:
    application_id = submit("exec sleep 600")
    hadoop.resource_manager().set_lifetime(application_id, 2)
    assert "lifetime" in until_state(application_id, ApplicationState.KILLED).diagnostics.lower()


@pytest.mark.daemons
def test_time_to_live_is_told_in_lists_and_moves_when_set_again(
    hadoop: Hadoop, submit: Submit, running_container: WaitForContainer
) -> None:
    application_id = submit("exec sleep 600")
    running_container(application_id)
    manager = hadoop.resource_manager()
    assert manager.application(application_id).lifetime_left_seconds is None
    for seconds in (100, 1000):
        manager.set_lifetime(application_id, seconds)
        [listed] = [each for each in manager.applications() if each.id == application_id]
        assert listed.lifetime_left_seconds is not None
        assert seconds - 60 < listed.lifetime_left_seconds <= seconds + 2


@pytest.mark.daemons
def test_an_ended_application_gets_no_more_time(
    hadoop: Hadoop, submit: Submit, until_state: UntilState
) -> None:
    application_id = submit("true")
    until_state(application_id, ApplicationState.FAILED)
    hadoop.resource_manager().set_lifetime(application_id, 100)
    assert hadoop.resource_manager().application(application_id).state is ApplicationState.FAILED


@pytest.mark.daemons
def test_a_stranger_may_not_set_it_and_one_that_never_was_is_not_found(
    hadoop: Hadoop, submit: Submit, running_container: WaitForContainer
) -> None:
    application_id = submit("exec sleep 600")
    running_container(application_id)
    with pytest.raises(Refused, match=application_id):
        hadoop.resource_manager("eve").set_lifetime(application_id, 1)
    with pytest.raises(NotFound, match="application_1_0001"):
        hadoop.resource_manager().set_lifetime("application_1_0001", 1)


@pytest.mark.parametrize("ahead", [timedelta(hours=-3), timedelta(hours=2)])
def test_time_to_live_is_measured_by_the_resourcemanagers_clock(ahead: timedelta) -> None:
    def script(_: Asked) -> Answer:
        clock = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
        return as_json({"apps": {}}, headers={"Date": clock})

    with ScriptedServer(script) as server:
        manager = ResourceManager([server.url], "kubeyard")
        manager.applications()
        manager.set_lifetime("application_1_0001", 600)
        expiry = json.loads(server.asked[-1].body)["timeout"]["expiryTime"]
    left = datetime.fromisoformat(expiry) - ahead - datetime.now(UTC)
    assert timedelta(seconds=590) < left < timedelta(seconds=602)
