"""How often YARN is asked: as seldom for a thousand kernels as for one."""

import json
import subprocess
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from harness.gateway import gateway_python
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json

pytestmark = pytest.mark.slow
SECONDS = 15
# Those of the first moment, when nothing is known yet.
FIRST = 3


class Cluster:
    """A ResourceManager that runs applications until their lease is over, and answers after a while."""

    def __init__(self, count: int, left_seconds: float | None) -> None:
        ends = None if left_seconds is None else time.time() + left_seconds
        self.ends_at = {f"application_1_{number:04d}": ends for number in range(1, count + 1)}
        self.expired: set[str] = set()
        self.unlisted: set[str] = set()

    def answer(self, asked: Asked) -> Answer:
        name = asked.path.split("/apps")[1].strip("/")
        if asked.method == "PUT":
            application_id = name.removesuffix("/timeout")
            expiry = json.loads(asked.body)["timeout"]["expiryTime"]
            self.ends_at[application_id] = datetime.fromisoformat(expiry).timestamp()
            return as_json({})
        if name:
            return as_json({"app": self.row(name)})
        states = asked.params["states"].split(",")
        rows = [self.row(each) for each in self.ends_at if each not in self.unlisted]
        return as_json({"apps": {"app": [row for row in rows if row["state"] in states]}})

    def row(self, application_id: str) -> dict[str, Any]:
        ends_at = self.ends_at[application_id]
        if ends_at is not None and ends_at < time.time():
            self.expired.add(application_id)
        state = "KILLED" if application_id in self.expired else "RUNNING"
        row = {"id": application_id, "state": state, "user": "ada", "applicationTags": "kubeyard"}
        lease = {"type": "LIFETIME", "expiryTime": "UNLIMITED", "remainingTimeInSeconds": -1}
        if ends_at is not None:
            lease |= {
                "expiryTime": "2026-11-21T00:00:00Z",
                "remainingTimeInSeconds": int(ends_at - time.time()),
            }
        return {**row, "timeouts": {"timeout": [lease]}}


def follow(
    cluster: Cluster, seconds: float = SECONDS, renewals: float = 0, waited_for: int = 0
) -> tuple[dict[str, Any], list[Asked]]:
    """Follow the cluster's applications as the gateway does; return its report and all that was asked."""
    with ScriptedServer(cluster.answer) as server:
        done = subprocess.run(
            (
                *(gateway_python(), str(Path(__file__).with_name("following.py")), server.url),
                *(str(each) for each in (len(cluster.ends_at), seconds, renewals, waited_for)),
            ),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report, server.asked


@pytest.mark.parametrize("count", [1, 1000])
@pytest.mark.parametrize("left_seconds", [None, 100, 100_000])
def test_at_most_one_request_a_second(count: int, left_seconds: float | None) -> None:
    report, asked = follow(Cluster(count, left_seconds))
    assert len(asked) <= SECONDS + FIRST
    methods = Counter(each.method for each in asked)
    assert methods["GET"] >= 2
    assert bool(methods["PUT"]) is (left_seconds != 100_000)
    # A whole round of renewals fits well into a lease.
    assert report["lease_seconds"] >= max(3600, 2 * count / 0.4)
    assert report["ended"] == 0


def test_no_lease_ends_while_the_gateway_lives() -> None:
    count, renewals = 60, 8
    cluster = Cluster(count, 3 * count / renewals)
    report, asked = follow(cluster, seconds=50, renewals=renewals)
    assert report["lease_seconds"] < 25
    renewed = Counter(each.path for each in asked if each.method == "PUT")
    assert len(renewed) == count
    assert cluster.expired == set()


def test_a_thousand_that_end_at_once_are_told_by_few_requests() -> None:
    cluster = Cluster(1000, None)
    cluster.expired |= cluster.ends_at.keys()
    report, asked = follow(cluster)
    assert report["ended"] == 1000
    assert len(asked) <= SECONDS + FIRST


def test_many_who_wait_for_an_end_share_their_questions() -> None:
    _, asked = follow(Cluster(100, 100_000), seconds=5, waited_for=100)
    # A hundred at once ask each once, then all together at most twenty times a second, and look twice.
    assert len(asked) <= 100 + 5 * (20 + 2) + FIRST
