"""Submits an application by Spark's own submitter, where the ResourceManager's REST API is switched off.

No shell takes part: Java is started with a list of arguments, and all that a person decides travels in a
file of properties that only this account reads.
"""

import re
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kubeyard_yarn.errors import BadRequest, Refused, UnexpectedAnswer, Unreachable, YarnError

_SUBMITTED = re.compile(r"Submitted application (application_\d+_\d+)")
# Each is a JVM that takes a core for some seconds and a quarter of a gigabyte.
MOST_AT_ONCE = 2
# The submitting JVM lives for seconds: it is quicker without its second compiler.
_JVM = ("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
LONGEST_REASON = 600
_KINDS: Sequence[tuple[str, type[YarnError]]] = (
    ("ConnectException", Unreachable),
    ("Connection refused", Unreachable),
    ("AuthorizationException", Refused),
    ("AccessControlException", Refused),
    ("is not allowed to impersonate", Refused),
    ("Exception", BadRequest),
)


@dataclass(frozen=True)
class SparkSubmit:
    """Spark's submitter on this machine."""

    java: str
    spark_home: Path
    # A folder with the cluster's *-site.xml, in which nothing is left to be filled in.
    hadoop_conf: Path
    # Who submits for others: the cluster must let this account impersonate them.
    service_user: str
    timeout_seconds: float = 120
    _turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_AT_ONCE))

    def submit(self, user: str, program: str, properties: str, environment: Mapping[str, str]) -> str:
        """Submit `program` for `user` with the text of a properties file; return the application's id.

        Blocks until the ResourceManager has accepted it, and raises a YarnError when it has not.
        """
        with self._turn, tempfile.TemporaryDirectory(prefix="kubeyard-submission-") as folder:
            file = Path(folder) / "spark.properties"
            file.touch(0o600)
            file.write_text(properties, "ascii")
            said = self._run(self.command(user, program, file), folder, environment)
        found = _SUBMITTED.search(said)
        if found is None:
            raise _reason(said)
        return found[1]

    def command(self, user: str, program: str, properties: Path) -> list[str]:
        """Return the words of the submission; none of them is more than a path or the user's name."""
        classes = f"{self.spark_home}/jars/*:{self.hadoop_conf}"
        return [
            *(self.java, *_JVM, "-cp", classes, "org.apache.spark.deploy.SparkSubmit"),
            *("--master", "yarn", "--deploy-mode", "cluster", "--proxy-user", user),
            *("--properties-file", str(properties), program),
        ]

    def _run(self, command: Sequence[str], folder: str, environment: Mapping[str, str]) -> str:
        own = {"HADOOP_CONF_DIR": str(self.hadoop_conf), "HADOOP_USER_NAME": self.service_user}
        try:
            done = subprocess.run(
                command,
                env={"LANG": "C.UTF-8", **environment, **own},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=self.timeout_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unreachable(
                f"spark-submit did not end within {self.timeout_seconds:g} s; see whether YARN is overloaded"
            ) from None
        except OSError as error:
            raise UnexpectedAnswer(f"spark-submit cannot be started: {error}") from error
        return done.stdout.decode("utf-8", "replace")


def _reason(said: str) -> YarnError:
    """Return the error that Spark's log tells: the cause is in its last lines about an exception."""
    lines = [line.strip() for line in said.splitlines()]
    told = [line for line in lines if "Exception" in line and not line.startswith("at ")]
    causes = [line for line in told if line.startswith("Caused by:")]
    words = (causes or told or [line for line in lines if line] or ["it says nothing"])[-1]
    kind = next((kind for name, kind in _KINDS if name in words), UnexpectedAnswer)
    return kind(f"spark-submit did not submit the application: {words[:LONGEST_REASON]}")
