"""Why an application waits, failed or was killed."""

import pytest
from kubeyard_yarn.reasons import Cause, Told, why

MEMORY_KILL = (
    "Application application_1_0001 failed 1 times (global limit =2; local limit is =1) due to AM "
    "Container for appattempt_1_0001_000001 exited with  exitCode: -104\nFailing this attempt.Diagnostics: "
    "[2026-11-21 14:00:00.000]Container [pid=7,containerID=container_1_0001_01_000001] is running 209182720B "
    "beyond the 'PHYSICAL' memory limit. Current usage: 1.2 GB of 1 GB physical memory used; 4.4 GB of "
    "2.1 GB virtual memory used. Killing it.\nDump of the process-tree for container_1_0001_01_000001 :"
)


def died(diagnostics: str, **more: object) -> Told:
    """A driver that ended by itself, as YARN tells it."""
    return Told("FINISHED", "FAILED", diagnostics, "root.interactive", **more)  # type: ignore[arg-type]


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
        ("KILLED", "Application is killed by ResourceManager as it has exceeded the lifetime period.",
         "no gateway had renewed it"),
        ("FAILED", "AM Container exited with  exitCode: -102", "another queue"),
        ("FAILED", "Container released on a *lost* node", "node on which it ran was lost"),
    ],
)  # fmt: skip
def test_what_yarn_says_becomes_plain_words(state: str, diagnostics: str, words: str) -> None:
    explained = why(Told(state, "UNDEFINED", diagnostics, "root.interactive"))

    assert explained
    assert words in explained.what
    assert explained.next_step


@pytest.mark.parametrize(("state", "status"), [("RUNNING", "UNDEFINED"), ("FINISHED", "SUCCEEDED")])
def test_what_is_well_needs_no_reason(state: str, status: str) -> None:
    assert why(Told(state, status)) is None


def test_memory_kill_tells_the_numbers_and_what_to_raise() -> None:
    told = Told("FAILED", "FAILED", MEMORY_KILL, "interactive", environment="ada/churn", driver_memory_mb=512)
    explained = why(told)

    assert explained
    assert explained.cause is Cause.MEMORY
    assert explained.what == "It used 1.2 GB of memory and its container may have 1 GB, so YARN ended it."
    assert "driver memory of its environment ada/churn (now 512 MiB)" in explained.next_step
    assert "1024 MiB" in explained.next_step


@pytest.mark.parametrize(
    ("status", "words", "cause"),
    [
        (137, "killed by signal 9", Cause.SIGNAL),
        (139, "ended by signal 11", Cause.SIGNAL),
        (143, "asked to end by signal 15", Cause.SIGNAL),
        (3, "ended with status 3", Cause.PROGRAM),
        (1, "ended with an error", Cause.PROGRAM),
    ],
)
def test_status_of_the_python_process_tells_how_it_ended(status: int, words: str, cause: Cause) -> None:
    explained = why(died(f"User application exited with status {status}"))

    assert explained
    assert words in explained.what
    assert explained.cause is cause


def test_container_that_was_ended_from_outside_names_the_likely_cause_and_what_to_raise() -> None:
    explained = why(died("Shutdown hook called before final status was reported."))

    assert explained
    assert "ended from outside: mostly by YARN, for using more memory" in explained.what
    assert explained.next_step.startswith("Raise the driver's or the executors' memory")


def test_killed_by_its_own_word_is_killed() -> None:
    explained = why(Told("FINISHED", "KILLED"))

    assert explained
    assert explained.cause is Cause.KILLED
