"""The builds that an environment has had, page by page."""

import pytest
from harness.api_server import ApiServer
from kubeyard_api.storage.build_history import builds_of
from kubeyard_api.storage.builds import add_build, claim_next, finish
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.environments_tables import BuildRow, EnvironmentRow
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.environments import (
    Build,
    BuildError,
    BuildQuery,
    BuildState,
    EnvironmentVisibility,
    NewEnvironment,
)

from .rows import queue_build

LAB = NewEnvironment(name="lab", pip=("humanize",))
REFUSED = BuildError(code="no_wheel", detail="docopt has no wheel.")


def make(api: ApiServer, wanted: NewEnvironment = LAB) -> Build:
    """Ada's environment, which waits for its first build."""
    build = api.client("ada").create_environment(wanted).latest_build
    assert build is not None
    return build


def end(api: ApiServer, state: BuildState, error: BuildError | None = None) -> None:
    """Let the build that waits run and end."""
    with api.parts.database.writing() as session:
        claim = claim_next(session, "here:1:1", 60)
        assert claim is not None
        finish(session, session.get_one(BuildRow, claim.build_id), state, error)


def build_again(api: ApiServer) -> Build:
    """Another build, when the one before has ended."""
    end(api, BuildState.FAILED)
    return api.client("ada").build_environment("ada", "lab")


def test_the_newest_comes_first_with_its_state_and_who_asked_for_it(api: ApiServer) -> None:
    first = make(api)
    end(api, BuildState.FAILED, REFUSED)
    second = api.client("grace", "user", "admin").build_environment("ada", "lab")
    page = api.client("ada").list_builds("ada", "lab")
    assert [build.id for build in page.builds] == [second.id, first.id]
    assert [build.requested_by for build in page.builds] == ["grace", "ada"]
    assert [build.state for build in page.builds] == [BuildState.QUEUED, BuildState.FAILED]
    assert (page.builds[0].queue_position, page.builds[1].error) == (1, REFUSED)
    assert (page.total, page.next_cursor) == (2, None)


def test_pages_follow_each_other_whatever_is_built_meanwhile(api: ApiServer) -> None:
    ids = [make(api).id, *(build_again(api).id for _ in range(4))][::-1]
    ada = api.client("ada")
    page = ada.list_builds("ada", "lab", BuildQuery(limit=2))
    assert page.total == 5
    seen = [build.id for build in page.builds]
    build_again(api)
    while page.next_cursor:
        page = ada.list_builds("ada", "lab", BuildQuery(limit=2, cursor=page.next_cursor))
        seen += [build.id for build in page.builds]
    assert seen == ids


def test_pages_hold_every_build_once_on_each_database(database: Database) -> None:
    first = queue_build(database)
    with database.writing() as session:
        environment = session.get_one(EnvironmentRow, session.get_one(BuildRow, first).environment_id)
        ids = [first, *(add_build(session, environment, "ada").id for _ in range(4))][::-1]
        cursor, seen = None, list[str]()
        while history := builds_of(session, environment.id, cursor, 2):
            seen += [row.id for row in history.rows]
            if (cursor := history.next_cursor) is None:
                break
        assert (seen, history.total if history else 0) == (ids, 5)


def test_anothers_builds_are_as_hidden_as_his_environment(api: ApiServer) -> None:
    make(api)
    make(api, LAB.model_copy(update={"name": "open", "visibility": EnvironmentVisibility.PUBLIC}))
    eve = api.client("eve")
    assert eve.list_builds("ada", "open").total == 1
    with pytest.raises(ApiError) as hidden:
        eve.list_builds("ada", "lab")
    with pytest.raises(ApiError) as absent:
        eve.list_builds("ada", "nothing")
    assert (hidden.value.status, hidden.value.detail) == (absent.value.status, absent.value.detail)
    assert hidden.value.status == 404


def test_an_environment_of_a_name_that_was_free_again_begins_without_builds(api: ApiServer) -> None:
    make(api)
    api.client("ada").delete_environment("ada", "lab")
    second = make(api)
    assert [build.id for build in api.client("ada").list_builds("ada", "lab").builds] == [second.id]


def test_a_cursor_of_another_environment_is_refused(api: ApiServer) -> None:
    make(api)
    elsewhere = make(api, LAB.model_copy(update={"name": "other"}))
    with pytest.raises(ApiError, match=r"cursor: ada/lab has had no such build\."):
        api.client("ada").list_builds("ada", "lab", BuildQuery(cursor=elsewhere.id))


@pytest.mark.parametrize("query", ["cursor=x", "limit=0", "limit=101", "page=2"])
def test_a_query_that_makes_no_sense_is_refused(api: ApiServer, query: str) -> None:
    make(api)
    address = f"/api/v1/environments/ada/lab/builds?{query}"
    answer = api.send("GET", address, api.issuer.token("ada"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
