"""How often YARN is asked: as seldom for a thousand kernels as for one."""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from harness.gateway import Gateways, gateway_python
from harness.recorded_kernels import record_kernels
from harness.scripted_server import Answer, Asked, ScriptedServer, as_json
from harness.waiting import wait_until

pytestmark = pytest.mark.slow
SECONDS = 15
COUNTS, LEFT_SECONDS = (1, 1000), (None, 100, 100_000)
# Each holds two sockets of ZeroMQ, whose own limit is about a thousand.
TAKEN_UP = 600
# Those of the first moment, when nothing is known yet.
FIRST = 3
# What may follow one another without a pause while somebody waits a few seconds.
AT_ONCE = 6


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


Followed = tuple[dict[str, Any], list[Asked], Cluster]
Following = dict[Any, Future[Followed]]
ENDED, AWAITED, STARTING = "ended", "awaited", "starting"


def follow(
    cluster: Cluster, seconds: float, renewals: float = 0, waited_for: int = 0, starts: int = 0
) -> Followed:
    """Follow the cluster's applications as the gateway does; return its report and all that was asked."""
    with ScriptedServer(cluster.answer) as server:
        done = subprocess.run(
            (
                *(gateway_python(), str(Path(__file__).with_name("following.py")), server.url),
                *(str(each) for each in (len(cluster.ends_at), seconds, renewals, waited_for, starts)),
            ),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report, server.asked, cluster


@pytest.fixture(scope="module")
def following() -> Iterator[Following]:
    """Follow all clusters of this module beside each other: most of the time nothing happens."""
    ended = Cluster(1000, None)
    ended.expired |= ended.ends_at.keys()
    calls: dict[Any, tuple[Any, ...]] = {
        ENDED: (ended, SECONDS),
        AWAITED: (Cluster(100, 100_000), 5, 0, 100),
        STARTING: (Cluster(1, None), SECONDS, 0, 0, 3),
    }
    for count, left_seconds in product(COUNTS, LEFT_SECONDS):
        calls[count, left_seconds] = (Cluster(count, left_seconds), SECONDS)
    with ThreadPoolExecutor(len(calls)) as pool:
        yield {name: pool.submit(follow, *call) for name, call in calls.items()}


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("left_seconds", LEFT_SECONDS)
def test_at_most_one_request_a_second(following: Following, count: int, left_seconds: float | None) -> None:
    report, asked, _ = following[count, left_seconds].result()
    assert len(asked) <= SECONDS + FIRST
    methods = Counter(each.method for each in asked)
    assert methods["GET"] >= 2
    assert bool(methods["PUT"]) is (left_seconds != 100_000)
    # A whole round of renewals fits well into a lease.
    assert report["lease_seconds"] >= max(3600, 2 * count / 0.4)
    assert report["ended"] == 0


def test_no_lease_ends_while_the_gateway_lives() -> None:
    count, renewals = 30, 8
    report, asked, cluster = follow(Cluster(count, 3 * count / renewals), 26, renewals)
    assert report["lease_seconds"] < 12
    renewed = Counter(each.path for each in asked if each.method == "PUT")
    assert len(renewed) == count
    assert cluster.expired == set()


def test_a_thousand_that_end_at_once_are_told_by_few_requests(following: Following) -> None:
    report, asked, _ = following[ENDED].result()
    assert report["ended"] == 1000
    assert len(asked) <= SECONDS + FIRST


def test_many_who_wait_for_an_end_share_their_questions(following: Following) -> None:
    _, asked, _ = following[AWAITED].result()
    # A hundred at once ask each once, then all together at most twenty times a second, and look twice.
    assert len(asked) <= 100 + 5 * (20 + 2) + FIRST


def test_a_start_that_waits_for_long_asks_often_at_first_and_then_as_seldom_as_any(
    following: Following,
) -> None:
    _, asked, _ = following[STARTING].result()
    # Twice a second for the whole time would be thirty.
    assert 12 <= len(asked) <= SECONDS + AT_ONCE


def test_a_gateway_with_many_kernels_asks_once_a_second_at_most(start_gateway: Gateways) -> None:
    cluster = Cluster(TAKEN_UP, 1000)
    with ScriptedServer(cluster.answer) as server:
        gateway = start_gateway(KUBEYARD_RM_URLS=server.url)
        gateway.stop()
        record_kernels(gateway, cluster.ends_at)
        gateway.start()
        ada = gateway.client("ada")
        assert len(ada.kernel_ids()) == TAKEN_UP
        begin, asked_before = time.monotonic(), len(server.asked)
        # Whoever looks at the list asks YARN nothing.
        wait_until(lambda: ada.kernel_ids() and time.monotonic() > begin + SECONDS, "time passes", 60)
        seconds, asked = time.monotonic() - begin, server.asked[asked_before:]
        gateway.stop()
    assert len(asked) <= seconds + FIRST
    assert {each.method for each in asked} == {"GET", "PUT"}
    assert not [each for each in asked if each.path.endswith("/state")], "none is killed"
