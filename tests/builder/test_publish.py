"""Archives and an HDFS that is away."""

from pathlib import Path

import pytest
from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.pack import Archive
from kubeyard_api.builder.publish import ArchiveStore
from kubeyard_yarn.httpfs import HttpFs


def test_an_hdfs_that_stays_away_is_tried_again_and_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubeyard_api.builder.publish.WAITS_SECONDS", (0.01, 0.01))
    said: list[str] = []
    files = HttpFs("http://127.0.0.1:9", "kubeyard").as_service()
    file = tmp_path / "a.tar.gz"
    file.write_bytes(b"x")
    with pytest.raises(BuildFailure, match="HDFS is out of reach") as caught:
        ArchiveStore(files, "/kubeyard", 1, said.append).publish(Archive(file, "0" * 64, 1, 1), "1" * 32)
    assert caught.value.code is FailureCode.HDFS_UNREACHABLE
    assert len(said) == 2
    assert "trying again" in said[0]
