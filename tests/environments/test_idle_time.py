"""The time until idle kernels are stopped, from the wish to the kernelspec."""

import json
from pathlib import Path

import pytest
from kubeyard_api.builder.register import kernelspec_of
from kubeyard_api.storage.database import Database
from kubeyard_api.storage.environments import add_environment
from kubeyard_api.storage.environments_tables import ArchiveRow
from kubeyard_client.messages.environments import NewEnvironment
from kubeyard_kernelspecs import write_kernelspec

from .rows import add_archive

HASH = "ab" * 32


@pytest.mark.parametrize("seconds", [None, 0, 7200])
def test_wish_is_in_the_kernelspec_that_the_gateway_reads(
    database: Database, tmp_path: Path, seconds: int | None
) -> None:
    add_archive(database, HASH)
    with database.writing() as session:
        wanted = NewEnvironment(name="churn", cull_idle_seconds=seconds)
        row = add_environment(session, "ada", wanted, "Churn")
        session.flush()
        folder = write_kernelspec(tmp_path, kernelspec_of(row, session.get_one(ArchiveRow, HASH)))

    document = json.loads((folder / "kernel.json").read_text())

    assert document["metadata"]["kubeyard"]["cull_idle_seconds"] == seconds
