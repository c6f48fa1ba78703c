"""A pair of ResourceManagers: the active one is found whichever way the other one sends us away."""

import pytest
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_yarn.errors import BadRequest, NotFound, UnexpectedAnswer, Unreachable
from kubeyard_yarn.resource_manager import ResourceManager

METRICS = {"clusterMetrics": {"totalMB": 42}}
# Nobody can listen on port 1 without being root, and nothing does.
NOBODY = "http://127.0.0.1:1"


def member(ha_state: str, answer: Answer | None = None) -> ScriptedServer:
    """Return a member that answers `info` itself, as every member does, and the rest with `answer`."""

    def script(asked: Asked) -> Answer:
        if asked.path.endswith("/info"):
            return as_json({"clusterInfo": {"id": 1, "state": "STARTED", "haState": ha_state}})
        return answer or as_json(METRICS)

    return ScriptedServer(script)


def redirect_to(url: str) -> Answer:
    body = f"This is standby RM. The redirect url is: {url}".encode()
    return Answer(body, 307, {"Location": f"{url}/ws/v1/cluster/metrics", "Content-Type": "text/plain"})


REFRESH_ONLY = Answer(
    b"Can't find any active RM. Will retry in next 1 seconds.",
    307,
    {"Refresh": "1;url=/ws/v1/cluster/metrics", "Content-Type": "text/plain"},
)
PLAIN_TEXT = Answer(b"There is no active RM right now.\n", 200, {"Content-Type": "text/plain;charset=utf-8"})


def test_the_only_member_answers() -> None:
    with member("ACTIVE") as only:
        assert ResourceManager([only.url], "kubeyard").metrics().memory_total_mb == 42


@pytest.mark.parametrize("ending", ["", "/", "/ws/v1/cluster", "/ws/v1/cluster/"])
def test_an_address_may_end_as_people_write_it(ending: str) -> None:
    with member("ACTIVE") as only:
        assert ResourceManager([only.url + ending], "kubeyard").metrics().memory_total_mb == 42


def test_a_standby_that_redirects_leads_to_the_active_one() -> None:
    with member("ACTIVE") as active, member("STANDBY", redirect_to(active.url)) as standby:
        manager = ResourceManager([standby.url, active.url], "kubeyard")
        assert manager.metrics().memory_total_mb == 42
        assert manager.active_url == active.url


@pytest.mark.parametrize("away", [REFRESH_ONLY, PLAIN_TEXT], ids=["refresh only", "200 plain text"])
def test_a_standby_that_knows_no_active_one_is_passed_over(away: Answer) -> None:
    with member("ACTIVE") as active, member("STANDBY", away) as standby:
        manager = ResourceManager([standby.url, active.url], "kubeyard")
        assert manager.metrics().memory_total_mb == 42


def test_the_active_one_is_remembered() -> None:
    with member("ACTIVE") as active, member("STANDBY", PLAIN_TEXT) as standby:
        manager = ResourceManager([standby.url, active.url], "kubeyard")
        for _ in range(5):
            manager.metrics()
        assert len(standby.asked) == 1


def test_after_a_failover_the_other_one_is_found_and_remembered() -> None:
    with member("ACTIVE") as one, member("ACTIVE") as other:
        manager = ResourceManager([one.url, other.url], "kubeyard")
        manager.metrics()
        one.script = lambda asked: PLAIN_TEXT
        manager.metrics()
        manager.metrics()
        assert manager.active_url == other.url
        assert len(one.asked) == 2


def test_a_member_that_is_down_is_passed_over() -> None:
    with member("ACTIVE") as active:
        assert ResourceManager([NOBODY, active.url], "kubeyard").metrics().memory_total_mb == 42


def test_a_kill_reaches_the_active_one_with_its_body() -> None:
    with member("ACTIVE", as_json({"state": "KILLING"}, 202)) as active:
        standby_answer = redirect_to(active.url)
        with member("STANDBY", standby_answer) as standby:
            ResourceManager([standby.url, active.url], "kubeyard").kill("application_1_0001", "enough")
        assert active.asked[-1].method == "PUT"
        assert active.asked[-1].body == b'{"state": "KILLED", "diagnostics": "enough"}'
        assert active.asked[-1].params == {"user.name": "kubeyard"}


def test_no_active_member_is_unreachable_and_says_who_is_what() -> None:
    with member("STANDBY", PLAIN_TEXT) as standby:
        manager = ResourceManager([standby.url, NOBODY], "kubeyard", timeout_seconds=2)
        with pytest.raises(Unreachable, match="no active ResourceManager") as caught:
            manager.metrics()
        assert f"{standby.url} is a standby" in str(caught.value)
        assert "Connection refused" in str(caught.value)


def test_two_standbys_that_point_at_each_other_end() -> None:
    with member("STANDBY") as one, member("STANDBY") as other:
        one.script = lambda asked: redirect_to(other.url)
        other.script = lambda asked: redirect_to(one.url)
        with pytest.raises(Unreachable):
            ResourceManager([one.url, other.url], "kubeyard").metrics()
        assert len(one.asked) + len(other.asked) == 2


def test_info_asks_until_one_is_active() -> None:
    with member("ACTIVE") as active, member("STANDBY", PLAIN_TEXT) as standby:
        assert ResourceManager([standby.url, active.url], "kubeyard").info().is_active


def test_info_of_standbys_only_is_unreachable() -> None:
    with member("STANDBY") as standby, pytest.raises(Unreachable, match="STANDBY"):
        ResourceManager([standby.url], "kubeyard").info()


def test_a_login_page_is_no_standby() -> None:
    away = Answer(b"", 302, {"Location": "http://login.example/saml"})
    with member("ACTIVE", away) as proxy, pytest.raises(UnexpectedAnswer, match=r"login\.example"):
        ResourceManager([proxy.url], "kubeyard").metrics()


def test_a_page_instead_of_json_is_unexpected_and_shows_its_start() -> None:
    page = Answer(b"<h1>It works!</h1>", 200, {"Content-Type": "text/html"})
    with member("ACTIVE", page) as other, pytest.raises(UnexpectedAnswer, match="It works"):
        ResourceManager([other.url], "kubeyard").metrics()


def test_a_version_that_rejects_desselects_is_asked_without() -> None:
    def script(asked: Asked) -> Answer:
        return as_json({}, 400) if "deSelects" in asked.params else as_json({"apps": None})

    with ScriptedServer(script) as old:
        manager = ResourceManager([old.url], "kubeyard")
        assert manager.applications() == []
        assert manager.applications() == []
        # Learned once: refused, asked without, then at once without.
        assert ["deSelects" in asked.params for asked in old.asked] == [True, False, False]


def test_another_bad_request_is_not_taken_for_that() -> None:
    with ScriptedServer(lambda asked: as_json({}, 400)) as server:
        manager = ResourceManager([server.url], "kubeyard")
        with pytest.raises(BadRequest):
            manager.applications()
        server.script = lambda asked: as_json({"apps": None})
        manager.applications()
        assert "deSelects" in server.asked[-1].params


@pytest.mark.parametrize("url", ["rm:8088", "", "hdfs://rm:8020"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="http://host:8088"):
        ResourceManager([url], "kubeyard")


def test_no_address_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ResourceManager([], "kubeyard")


UNKNOWN = Answer(b'{"RemoteException": {"exception": "NotFoundException", "message": "app not found"}}', 404)


def test_one_that_still_takes_up_its_applications_denies_none() -> None:
    with member("INITIALIZING", UNKNOWN) as starting, pytest.raises(Unreachable, match="INITIALIZING"):
        ResourceManager([starting.url], "kubeyard").application("application_1_0001")


def test_one_that_is_active_may_say_that_there_is_no_such_application() -> None:
    with member("ACTIVE", UNKNOWN) as active, pytest.raises(NotFound, match="application_1_0001"):
        ResourceManager([active.url], "kubeyard").application("application_1_0001")
