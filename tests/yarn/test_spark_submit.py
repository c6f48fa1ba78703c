"""spark-submit as a program: what it is told, and what is made of its words. (A real one: gateway/yarn.)"""

import json
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.waiting import wait_until
from kubeyard_yarn.errors import BadRequest, Refused, UnexpectedAnswer, Unreachable
from kubeyard_yarn.spark_submit import MOST_AT_ONCE, SparkSubmit

HOSTILE = "$(touch pwned); `touch pwned` & touch pwned | touch pwned"
# Plays Java: notes how it was started, and says what it was told to.
RECORDER = """#!{python}
import json, os, pathlib, sys
place = pathlib.Path({folder!r})
words = sys.argv[1:]
file = pathlib.Path(words[words.index("--properties-file") + 1])
seen = dict(words=words, environment=dict(os.environ), mode=file.stat().st_mode, text=file.read_text())
(place / "seen.json").write_text(json.dumps(seen))
{then}
print((place / "says").read_text())
"""
Submitter = Callable[..., SparkSubmit]


@pytest.fixture
def submitter(tmp_path: Path) -> Submitter:
    def make(says: str, then: str = "", timeout_seconds: float = 20) -> SparkSubmit:
        (tmp_path / "says").write_text(says)
        java = tmp_path / "java"
        java.write_text(RECORDER.format(python=sys.executable, folder=str(tmp_path), then=then))
        java.chmod(0o755)
        return SparkSubmit(str(java), tmp_path / "spark", tmp_path / "conf", "kubeyard", timeout_seconds)

    return make


def test_a_person_decides_no_word_of_the_command(submitter: Submitter, tmp_path: Path) -> None:
    one = submitter("... INFO YarnClientImpl: Submitted application application_17_0042")
    text = f"spark.app.name={HOSTILE}\n"
    assert one.submit("ada", "hdfs:///begin.py", text, {"PYSPARK_ARCHIVES_PATH": "hdfs:///p.zip"})
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["text"] == text
    assert stat.S_IMODE(seen["mode"]) == 0o600
    assert not [word for word in seen["words"] if "pwned" in word]
    proxied = seen["words"].index("--proxy-user")
    assert seen["words"][proxied + 1] == "ada"
    assert seen["environment"]["HADOOP_USER_NAME"] == "kubeyard"
    assert not list(tmp_path.rglob("pwned"))
    # The file with the kernel's ticket does not outlive the submission.
    assert not Path(seen["words"][seen["words"].index("--properties-file") + 1]).exists()


def test_it_returns_the_applications_id(submitter: Submitter) -> None:
    one = submitter("INFO Requesting\nINFO YarnClientImpl: Submitted application application_17_0042\n")
    assert one.submit("ada", "hdfs:///begin.py", "", {}) == "application_17_0042"


@pytest.mark.parametrize(
    ("says", "kind", "told"),
    [
        (
            "Exception\nCaused by: java.net.ConnectException: Connection refused",
            Unreachable,
            "refused",
        ),
        ("AuthorizationException: User: x is not allowed to impersonate ada", Refused, "impersonate"),
        (
            "YarnException: Failed to submit application: unknown queue: nowhere",
            BadRequest,
            "nowhere",
        ),
        ("killed", UnexpectedAnswer, "killed"),
        ("", UnexpectedAnswer, "nothing"),
    ],
)
def test_what_went_wrong_is_told(submitter: Submitter, says: str, kind: type[Exception], told: str) -> None:
    with pytest.raises(kind, match=told):
        submitter(says).submit("ada", "hdfs:///begin.py", "", {})


@pytest.mark.slow
def test_one_that_does_not_end_is_ended(submitter: Submitter) -> None:
    with pytest.raises(Unreachable, match="did not end within"):
        submitter("", "import time; time.sleep(60)", 1).submit("ada", "hdfs:///begin.py", "", {})


def test_java_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnexpectedAnswer, match="cannot be started"):
        SparkSubmit(str(tmp_path / "none"), tmp_path, tmp_path, "kubeyard").submit("ada", "x.py", "", {})


@pytest.mark.slow
def test_only_so_many_run_at_once(submitter: Submitter, tmp_path: Path) -> None:
    running = tmp_path / "running"
    running.mkdir()
    hold = (
        f"mine = pathlib.Path({str(running)!r}) / str(os.getpid()); mine.touch()\n"
        f"while not (place / 'go').exists(): __import__('time').sleep(0.02)\n"
        "mine.unlink()"
    )
    one = submitter("Submitted application application_17_0042", hold)
    threads = [threading.Thread(target=one.submit, args=("ada", "x.py", "", {})) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(list(running.iterdir())) == MOST_AT_ONCE, "as many run as may")
    assert len(list(running.iterdir())) == MOST_AT_ONCE
    (tmp_path / "go").touch()
    for thread in threads:
        thread.join(20)
    assert not list(running.iterdir())
