"""Why an application waits, failed or was killed."""

import pytest
from harness.applications import application_id
from kubeyard_client.messages.applications import Application, ApplicationState
from kubeyard_web.applications.reasons import reason


def told(
    state: str, diagnostics: str, *, killing: bool = False, final_status: str = "UNDEFINED"
) -> Application:
    """An application of which YARN says this."""
    return Application(
        id=application_id(1),
        name="Nightly",
        owner="ada",
        queue="interactive",
        application_type="SPARK",
        state=ApplicationState(state),
        final_status=final_status,
        effective_state=ApplicationState(state),
        memory_mb=-1,
        vcores=-1,
        running_containers=-1,
        progress_percent=0,
        started_at=None,
        finished_at=None,
        elapsed_seconds=0,
        diagnostics=diagnostics,
        kernel_id=None,
        kernelspec=None,
        environment=None,
        environment_hash=None,
        am_host="",
        am_container_id="",
        tags=(),
        killing=killing,
        version=1,
    )


@pytest.mark.parametrize(
    ("state", "diagnostics", "words"),
    [
        ("ACCEPTED", "AM Partition = <DEFAULT> ; Queue's AM resource limit exceeded.", "share of memory"),
        ("ACCEPTED", "User's AM resource limit exceeded.", "share of memory"),
        ("ACCEPTED", "waiting for AM container to be allocated, launched", "No node has"),
        ("ACCEPTED", "", "has not given it a container yet"),
        ("FAILED", "exited with  exitCode: 137", "more memory"),
        ("FAILED", "java.lang.OutOfMemoryError: Java heap space", "more memory"),
        ("FAILED", "File does not exist: hdfs://nn/kubeyard/envs/0a.tar.gz", "not in HDFS any more"),
        ("FAILED", "Resource hdfs://nn/x changed on src filesystem", "was replaced"),
        ("FAILED", "ModuleNotFoundError: No module named 'numpy'", "could not import"),
        ("FAILED", "org.apache.hadoop.security.AccessControlException: Permission denied", "not allowed"),
        ("FAILED", "submitted by user ada to unknown queue: nowhere", "to the queue “interactive”"),
        ("FAILED", "exited with  exitCode: 13 For more", "Its Python program ended with an error"),
        ("FAILED", "User application exited with status 1", "Its Python program ended with an error"),
        ("FAILED", "exited with  exitCode: 2 For more", "exit code 2"),
        ("FAILED", "no idea", "ended with an error"),
        ("KILLED", "Application x was killed by user ada at 127.0.0.1", "ended by ada"),
        ("KILLED", "Application x was killed by user kubeyard", "ended by the platform"),
        ("KILLED", "was killed by user kubeyard with diagnostic message: killed in Kubeyard by bob",
         "killed in Kubeyard by bob"),
        ("KILLED", "", "ended before it was done"),
    ],
)  # fmt: skip
def test_what_yarn_says_becomes_plain_words(state: str, diagnostics: str, words: str) -> None:
    explained = reason(told(state, diagnostics))

    assert explained
    assert words in explained.what
    assert explained.next_step


@pytest.mark.parametrize(("state", "status"), [("RUNNING", "UNDEFINED"), ("FINISHED", "SUCCEEDED")])
def test_what_is_well_needs_no_reason(state: str, status: str) -> None:
    assert reason(told(state, "", final_status=status)) is None


def test_what_is_being_killed_says_so_first() -> None:
    explained = reason(told("RUNNING", "whatever", killing=True))

    assert explained
    assert "being killed" in explained.what
