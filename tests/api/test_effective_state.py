"""What an application said of itself outweighs YARN's FINISHED, in what is told, filtered and ordered."""

import pytest
from harness.api_server import ApiServer
from harness.applications import application, application_id, ended
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.applications import ApplicationQuery, ApplicationState

from .conftest import Mirror

EFFECTIVE = {1: "RUNNING", 2: "FINISHED", 3: "FAILED", 4: "KILLED", 5: "FAILED", 6: "KILLED", 7: "FINISHED"}


@pytest.fixture(autouse=True)
def seen(mirror: Mirror) -> None:
    """Applications in all the ways in which they end, by YARN's word and by their own."""
    mirror(
        application(1),
        ended(2),
        ended(3, state="FINISHED", finalStatus="FAILED"),
        ended(4, state="FINISHED", finalStatus="KILLED"),
        ended(5, state="FAILED"),
        ended(6, state="KILLED"),
        ended(7, state="FINISHED", finalStatus="UNDEFINED"),
    )


def test_state_is_yarns_and_the_effective_state_what_came_of_it(api: ApiServer) -> None:
    for number, state in EFFECTIVE.items():
        shown = api.client("ada").show_application(application_id(number))
        assert shown.effective_state == state
    failed = api.client("ada").show_application(application_id(3))
    assert (failed.state, failed.final_status) == ("FINISHED", "FAILED")


@pytest.mark.parametrize("states", ["FAILED", "FINISHED", "KILLED", "RUNNING", "FAILED KILLED"])
def test_filter_is_by_the_effective_state(api: ApiServer, states: str) -> None:
    query = ApplicationQuery(state=tuple(map(ApplicationState, states.split())))
    page = api.client("ada").list_applications(query)
    expected = {application_id(number) for number, state in EFFECTIVE.items() if state in states.split()}
    assert {row.id for row in page.applications} == expected
    assert page.total == len(expected)


@pytest.mark.parametrize("sort", ["state", "-state"])
def test_order_is_by_the_effective_state_on_all_pages(api: ApiServer, sort: str) -> None:
    states: list[str] = []
    cursor = None
    for _ in EFFECTIVE:
        query = ApplicationQuery.model_validate({"sort": sort, "limit": 1, "cursor": cursor})
        page = api.client("ada").list_applications(query)
        states += [row.effective_state for row in page.applications]
        cursor = page.next_cursor
    assert cursor is None
    assert states == sorted(EFFECTIVE.values(), reverse=sort == "-state")


def test_kill_of_what_failed_says_that_it_failed(api: ApiServer) -> None:
    with pytest.raises(ApiError, match="it is FAILED") as refusal:
        api.client("ada").kill_application(application_id(3))
    assert refusal.value.status == 409
