"""The environment that everybody starts with: made once, waited for, and its failure told."""

import subprocess
import sys
from collections.abc import Mapping

import pytest
from harness.api_server import ApiServer
from harness.waiting import wait_until
from kubeyard_api.commands.patience import Patience
from kubeyard_api.storage.builds import Claim, claim_next, finish
from kubeyard_api.storage.environments_tables import BuildRow, EnvironmentRow
from kubeyard_api.storage.worker_signs import give_sign
from kubeyard_client.messages.environments import (
    BuildError,
    BuildState,
    BuildWorker,
    EnvironmentVisibility,
)

from .rows import add_archive
from .workers import Workers

pytestmark = pytest.mark.slow

DIGEST = "ef" * 32


def ensure(environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start the command."""
    command = [sys.executable, "-m", "kubeyard_api", "ensure-default-environment"]
    return subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def claimed(api: ApiServer) -> Claim:
    """The build that the command has queued, claimed in a worker's place."""

    def take() -> Claim | None:
        with api.parts.database.writing() as session:
            return claim_next(session, "here:1:1", 60)

    claim = wait_until(take, "the build is queued", timeout_seconds=60)
    assert claim is not None
    return claim


def test_it_is_queued_for_everybody_and_waited_for(api: ApiServer, workers: Workers) -> None:
    command = ensure(workers.environment)
    claim = claimed(api)
    add_archive(api.parts.database, DIGEST)
    with api.parts.database.writing() as session:
        row = session.query(EnvironmentRow).one()
        assert (row.full_name, row.visibility) == ("kubeyard/spark", EnvironmentVisibility.PUBLIC.value)
        row.archive_sha256 = DIGEST
        finish(session, session.get_one(BuildRow, claim.build_id), BuildState.SUCCEEDED)
    said, complained = command.communicate(timeout=60)
    assert (command.returncode, complained) == (0, "")
    assert said.splitlines()[-1] == "kubeyard/spark: succeeded"

    again = ensure(workers.environment)
    assert again.communicate(timeout=60) == ("kubeyard/spark is there\n", "")
    assert again.returncode == 0


def test_a_failure_is_told_with_its_reason(api: ApiServer, workers: Workers) -> None:
    command = ensure(workers.environment)
    claim = claimed(api)
    error = BuildError(code="hdfs_unreachable", detail="HDFS is out of reach: nobody listens.")
    with api.parts.database.writing() as session:
        finish(session, session.get_one(BuildRow, claim.build_id), BuildState.FAILED, error)
    _, complained = command.communicate(timeout=60)
    assert command.returncode == 1
    assert complained == "kubeyard/spark: HDFS is out of reach: nobody listens.\n"


def test_a_worker_that_does_not_answer_ends_the_wait_with_the_next_step(
    api: ApiServer, workers: Workers
) -> None:
    give_sign(api.parts.database, "here:1:1", -1)
    command = ensure({**workers.environment, "KUBEYARD_WORKER_PATIENCE_SECONDS": "1"})
    said, complained = command.communicate(timeout=60)
    assert command.returncode == 1
    assert said.splitlines()[-1] == "kubeyard/spark: waiting for the worker, which does not answer"
    assert complained.startswith("kubeyard/spark: the build worker has not answered since 20")
    assert "Start `python -m kubeyard_api worker`" in complained
    # The build stays: the next worker makes it.
    assert claimed(api).build_id


def test_a_worker_that_died_in_the_middle_of_the_build_is_not_waited_for(
    api: ApiServer, workers: Workers
) -> None:
    command = ensure({**workers.environment, "KUBEYARD_WORKER_PATIENCE_SECONDS": "1"})
    claimed(api)
    _, complained = command.communicate(timeout=60)
    assert command.returncode == 1
    assert "the build worker has not answered so far" in complained


def test_patience_begins_anew_when_the_worker_was_there_meanwhile() -> None:
    patience, down = Patience(0.2), BuildWorker(healthy=False)
    wait_until(lambda: patience.is_over(down), "patience is over")
    assert not patience.is_over(BuildWorker(healthy=True))
    assert not patience.is_over(down)
