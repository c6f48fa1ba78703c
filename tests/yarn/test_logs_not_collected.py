"""What the JobHistoryServer of 3.5.0 was seen to answer before it has an application's logs, word by word."""

import pytest
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from kubeyard_yarn.errors import NotFound, UnexpectedAnswer, Unreachable
from kubeyard_yarn.logs import ContainerLogs

APPLICATION = "application_1795259968381_0017"
CONTAINER = "container_1795259968381_0017_01_000001"
NO_FOLDER = f"Can not find remote application directory for the application:{APPLICATION}\n"
OTHER_LAYOUT = f"File /logs/ada/logs-tfile/{APPLICATION} does not exist.\n"
EMPTY_FOLDER = "HTTP 404 Not Found"
BARE_FAULT = Answer(b"<tr><th>MESSAGE:</th><td>Request failed.</td></tr>", 500, {"Content-Type": "text/html"})


def refusal(message: str) -> Answer:
    """The answer that carries this message."""
    exception = {"exception": "WebApplicationException", "message": message}
    return as_json({"RemoteException": exception}, 503)


@pytest.mark.parametrize("message", [NO_FOLDER, OTHER_LAYOUT, EMPTY_FOLDER])
def test_what_is_not_collected_is_not_found(message: str) -> None:
    with ScriptedServer(lambda asked: refusal(message)) as history:
        logs = ContainerLogs(history.url, "kubeyard")
        with pytest.raises(NotFound, match="collected when the application ends"):
            logs.of_application(APPLICATION)
        with pytest.raises(NotFound, match=CONTAINER):
            logs.files(CONTAINER)


def test_history_that_cannot_answer_is_still_unreachable() -> None:
    with (
        ScriptedServer(lambda asked: refusal("HDFS is in safe mode")) as history,
        pytest.raises(Unreachable, match="safe mode"),
    ):
        ContainerLogs(history.url, "kubeyard").of_application(APPLICATION)


def test_bare_fault_for_a_log_is_explained_by_the_list_of_files() -> None:
    def script(asked: Asked) -> Answer:
        return BARE_FAULT if "containerlogs" in asked.path else refusal(NO_FOLDER)

    with ScriptedServer(script) as history, pytest.raises(NotFound, match="collected when"):
        ContainerLogs(history.url, "kubeyard").read(CONTAINER, "stdout", length=10)


@pytest.mark.slow
def test_bare_fault_for_a_log_that_is_listed_stays_a_fault() -> None:
    def script(asked: Asked) -> Answer:
        return BARE_FAULT if "containerlogs" in asked.path else as_json({"containerLogsInfoes": {}})

    with ScriptedServer(script) as history, pytest.raises(UnexpectedAnswer, match="Request failed"):
        ContainerLogs(history.url, "kubeyard").read(CONTAINER, "stdout", length=10)
