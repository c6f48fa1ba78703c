"""Applications out of the mirror: whose, in which order, how far, and how fresh."""

import pytest
from harness.api_server import ApiServer
from harness.applications import application, application_id, ended, kernel_application
from kubeyard_api.storage.snapshots import mark_unreachable
from kubeyard_client.client import KubeyardClient
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.applications import (
    Application,
    ApplicationPage,
    ApplicationQuery,
    ApplicationState,
    KillRequest,
    LogQuery,
)

from .conftest import Mirror


def _ids(page: ApplicationPage) -> list[str]:
    return [application.id for application in page.applications]


def _all_pages(client: KubeyardClient, **query: object) -> list[Application]:
    found: list[Application] = []
    cursor = None
    while True:
        page = client.list_applications(ApplicationQuery.model_validate({**query, "cursor": cursor}))
        found.extend(page.applications)
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_user_sees_his_own_newest_first(api: ApiServer, mirror: Mirror) -> None:
    mirror(application(1, "ada"), application(2, "bob"), application(3, "ada"))
    page = api.client("ada").list_applications()
    assert _ids(page) == [application_id(3), application_id(1)]
    assert (page.total, page.next_cursor, page.reachable) == (2, None, True)
    assert page.as_of is not None


def test_administrator_sees_all_and_can_ask_for_one_owner(api: ApiServer, mirror: Mirror) -> None:
    mirror(application(1, "ada"), application(2, "bob"))
    admin = api.client("admin", "user", "admin")
    assert _ids(admin.list_applications()) == [application_id(2), application_id(1)]
    assert _ids(admin.list_applications(ApplicationQuery(owner="ada"))) == [application_id(1)]


def test_asking_for_another_owner_gives_nothing(api: ApiServer, mirror: Mirror) -> None:
    mirror(application(1, "ada"))
    assert _ids(api.client("eve").list_applications(ApplicationQuery(owner="ada"))) == []


def test_application_shows_its_kernel_and_environment(api: ApiServer, mirror: Mirror) -> None:
    mirror(kernel_application(1, "ada.lovelace", "k-1", "ada.lovelace.deep-science", allocatedMB=2048))
    shown = api.client("ada.lovelace").show_application(application_id(1))
    assert (shown.owner, shown.kernel_id, shown.kernelspec) == (
        "ada.lovelace",
        "k-1",
        "ada.lovelace.deep-science",
    )
    assert shown.environment == "ada.lovelace/deep-science"
    assert (shown.queue, shown.memory_mb, shown.am_host) == ("interactive", 2048, "node1")
    assert shown.finished_at is None
    assert shown.elapsed_seconds > 0


def test_ended_application_keeps_how_long_it_took(api: ApiServer, mirror: Mirror) -> None:
    mirror(ended(1, "ada", "FAILED", diagnostics="out of memory"))
    shown = api.client("ada").show_application(application_id(1))
    assert (shown.state, shown.final_status, shown.diagnostics) == ("FAILED", "FAILED", "out of memory")
    assert shown.elapsed_seconds == 0.5


def test_filters_by_state_and_queue(api: ApiServer, mirror: Mirror) -> None:
    mirror(application(1, state="ACCEPTED"), application(2), ended(3), application(4, queue="root.default"))
    client = api.client("ada")
    waiting = ApplicationQuery(state=(ApplicationState.ACCEPTED, ApplicationState.FINISHED))
    assert _ids(client.list_applications(waiting)) == [application_id(3), application_id(1)]
    assert _ids(client.list_applications(ApplicationQuery(queue="default"))) == [application_id(4)]


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        ("etl", [2]),
        ("ETL", [2]),
        ("_0001", [1]),
        ("kernel:k-3", [3]),
        ("100%", [4]),
        ("%", [4]),
        ("nothing", []),
    ],
)
def test_search_finds_parts_of_id_name_and_tags(
    api: ApiServer, mirror: Mirror, search: str, numbers: list[int]
) -> None:
    mirror(
        application(1, name="Report"),
        application(2, name="Nightly ETL"),
        kernel_application(3, "ada", "k-3", "ada.science", name="Kernel"),
        application(4, name="100% sure"),
    )
    found = api.client("ada").list_applications(ApplicationQuery(search=search))
    assert _ids(found) == [application_id(number) for number in numbers]


@pytest.mark.parametrize(
    "sort", ["started_at", "-started_at", "name", "-memory_mb", "finished_at", "-finished_at"]
)
def test_pages_hold_every_application_once_in_order(api: ApiServer, mirror: Mirror, sort: str) -> None:
    rows = [
        (ended if number % 3 == 0 else application)(
            number, name=f"Job {number % 4}", allocatedMB=number % 3 * 512
        )
        for number in range(1, 24)
    ]
    mirror(*rows)
    client = api.client("ada")
    whole = client.list_applications(ApplicationQuery.model_validate({"sort": sort, "limit": 100}))
    paged = _all_pages(client, sort=sort, limit=5)
    assert [row.id for row in paged] == _ids(whole)
    assert len({row.id for row in paged}) == whole.total == 23
    if sort in ("name", "-memory_mb"):
        values = [getattr(row, sort.removeprefix("-")) for row in paged]
        assert values == sorted(values, reverse=sort.startswith("-"))


def test_application_that_comes_in_between_moves_no_page(api: ApiServer, mirror: Mirror) -> None:
    mirror(*(application(number) for number in range(1, 9)))
    client = api.client("ada")
    first = client.list_applications(ApplicationQuery(limit=4))
    mirror(application(9))
    second = client.list_applications(ApplicationQuery(limit=4, cursor=first.next_cursor))
    assert _ids(second) == [application_id(number) for number in (4, 3, 2, 1)]


def test_cursor_of_another_order_is_refused(api: ApiServer, mirror: Mirror) -> None:
    mirror(application(1), application(2))
    client = api.client("ada")
    cursor = client.list_applications(ApplicationQuery(limit=1)).next_cursor
    with pytest.raises(ApiError, match="cursor") as refusal:
        client.list_applications(ApplicationQuery(sort="name", cursor=cursor))
    assert refusal.value.status == 422


def test_unreachable_cluster_leaves_the_last_known_state_with_its_date(
    api: ApiServer, mirror: Mirror
) -> None:
    mirror(application(1))
    before = api.client("ada").list_applications()
    with api.parts.database.writing() as session:
        mark_unreachable(session, "nobody answers at http://rm:8088")
    after = api.client("ada").list_applications()
    assert (after.reachable, after.reason) == (False, "nobody answers at http://rm:8088")
    assert after.as_of == before.as_of
    assert _ids(after) == [application_id(1)]


def test_kill_while_the_cluster_is_out_of_reach_says_so(api: ApiServer, mirror: Mirror) -> None:
    mirror(application(1))
    with pytest.raises(ApiError) as failure:
        api.client("ada").kill_application(application_id(1))
    assert (failure.value.status, failure.value.code) == (503, "cluster-unreachable")
    assert not api.client("ada").show_application(application_id(1)).killing


def test_kill_of_what_has_ended_is_a_conflict(api: ApiServer, mirror: Mirror) -> None:
    mirror(ended(1))
    with pytest.raises(ApiError, match="already ended") as refusal:
        api.client("ada").kill_application(application_id(1), KillRequest(reason="too late"))
    assert refusal.value.status == 409


@pytest.mark.parametrize(
    "container",
    [
        "container_1795245103294_0002_01_000001",
        "container_e17_1795245103294_0002_01_000001",
        "container_1795245103294_00010_01_000001",
        "container_1795245103295_0001_01_000001",
    ],
)
def test_log_of_another_application_s_container_is_refused(
    api: ApiServer, mirror: Mirror, container: str
) -> None:
    mirror(ended(1, "ada"), ended(2, "bob"))
    with pytest.raises(ApiError) as refusal:
        api.client("ada").read_log(application_id(1), LogQuery(container=container))
    assert refusal.value.status == 404


@pytest.mark.parametrize("file", ["../stdout", "/etc/passwd", "a/b", "..", ""])
def test_log_file_is_a_plain_name(api: ApiServer, mirror: Mirror, file: str) -> None:
    mirror(ended(1))
    token = api.issuer.token("ada")
    answer = api.send("GET", f"/api/v1/applications/{application_id(1)}/logs", token, params={"file": file})
    assert (answer.status_code, "file" in answer.json()["detail"]) == (422, True)
