"""One HTTP session for Hadoop: time limits, cookies and proxies."""

import threading

import pytest
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_yarn.errors import NotFound, Refused, UnexpectedAnswer, Unreachable
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.resource_manager import ResourceManager


def test_a_server_that_never_answers_is_unreachable_in_time() -> None:
    released = threading.Event()

    def hang(asked: Asked) -> Answer:
        released.wait(20)
        return as_json({})

    with ScriptedServer(hang) as server:
        with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s"):
            ResourceManager([server.url], "kubeyard", timeout_seconds=0.2).metrics()
        released.set()


def test_the_cookie_of_one_user_is_not_sent_for_another() -> None:
    cookie = {"Set-Cookie": 'hadoop.auth="u=ada&t=simple&s=x"; Path=/; HttpOnly'}
    with ScriptedServer(lambda asked: as_json({"apps": {}}, headers=cookie)) as server:
        ada = ResourceManager([server.url], "ada")
        ada.applications()
        ada.as_user("bob").applications()
        assert "Cookie" not in server.asked[1].headers
        assert server.asked[1].params["user.name"] == "bob"


def test_a_proxy_for_the_web_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with ScriptedServer(lambda asked: as_json({"apps": {}})) as server:
        assert ResourceManager([server.url], "kubeyard").applications() == []


@pytest.mark.parametrize(
    ("status", "exception", "kind"),
    [
        (500, "AccessControlException", Refused),
        (403, "AuthorizationException", Refused),
        (404, "FileNotFoundException", NotFound),
        (500, "SafeModeException", Unreachable),
        (500, "NullPointerException", UnexpectedAnswer),
    ],
)
def test_the_exceptions_name_counts_more_than_the_status(status: int, exception: str, kind: type) -> None:
    remote = {"RemoteException": {"exception": exception, "message": "because\n\tat java.lang"}}
    with (
        ScriptedServer(lambda asked: as_json(remote, status)) as server,
        pytest.raises(kind, match=r"look at /user/ada: HttpFS at .*because$"),
    ):
        HttpFs(server.url, "kubeyard").as_user("ada").status("/user/ada")


def test_jettys_error_page_is_reduced_to_its_message() -> None:
    page = b"<html>\n<tr><th>MESSAGE:</th><td>Out of &quot;threads&quot;</td></tr></html>"
    with (
        ScriptedServer(lambda asked: Answer(page, 500, {"Content-Type": "text/html"})) as server,
        pytest.raises(UnexpectedAnswer, match=r'500 Out of "threads"$'),
    ):
        ResourceManager([server.url], "kubeyard").metrics()
