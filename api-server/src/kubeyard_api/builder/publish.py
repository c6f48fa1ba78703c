"""Archives in HDFS: put there once under their digest, never overwritten, readable by every node."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from kubeyard_yarn.errors import BadRequest, NotFound, Unreachable, YarnError
from kubeyard_yarn.httpfs import FileStatus, HttpFs, UserFiles

from kubeyard_api.builder.failure import BuildFailure, FailureCode
from kubeyard_api.builder.pack import Archive
from kubeyard_api.settings import Settings

T = TypeVar("T")
HALF_MADE = re.compile(r"\.[0-9a-f]{64}\.(?P<build>[0-9a-f]{32})\.part")
WAITS_SECONDS = (1, 3, 6)
CHUNK_BYTES = 1 << 20
READABLE = 0o644


@dataclass(frozen=True)
class Published:
    """An archive as HDFS knows it."""

    path: str
    size_bytes: int
    timestamp_ms: int


class ArchiveStore:
    """The folder of all archives."""

    def __init__(self, files: UserFiles, root: str, replication: int, say: Callable[[str], None]) -> None:
        self._files = files
        self._folder = f"{root.rstrip('/')}/envs"
        self._replication = replication
        self._say = say

    @classmethod
    def of(cls, settings: Settings, say: Callable[[str], None]) -> Self:
        """The archives in the HDFS that the settings name."""
        hdfs = HttpFs(settings.httpfs_url, settings.service_user, ca_file=settings.hadoop_ca_file)
        return cls(hdfs.as_service(), settings.hdfs_root, settings.api_archive_replication, say)

    def path_of(self, sha256: str) -> str:
        """Where the archive with this digest lies."""
        return f"{self._folder}/{sha256}.tar.gz"

    def find(self, path: str) -> Published | None:
        """The archive at this path, None when it is not there. Raises BuildFailure."""
        return self._patiently(lambda: self._look(path))

    def publish(self, archive: Archive, build_id: str) -> Published:
        """Upload it unless it is there. Raises BuildFailure."""
        return self._patiently(lambda: self._publish(archive, build_id))

    def remove(self, path: str) -> None:
        """Remove an archive that nobody uses. Raises YarnError."""
        self._files.delete(path)

    def sweep(self, is_running: Callable[[str], bool]) -> list[str]:
        """Remove what ended builds left half-uploaded, and name it. Raises YarnError."""
        try:
            names = [status.name for status in self._files.list(self._folder)]
        except NotFound:
            return []
        found = [match for match in map(HALF_MADE.fullmatch, names) if match]
        left = [match.string for match in found if not is_running(match["build"])]
        for name in left:
            self._files.delete(f"{self._folder}/{name}")
        return left

    def _publish(self, archive: Archive, build_id: str) -> Published:
        path = self.path_of(archive.sha256)
        if known := self._look(path):
            self._say("the same archive is in HDFS already")
            return known
        fresh = f"{self._folder}/.{archive.sha256}.{build_id}.part"
        self._files.mkdirs(self._folder, 0o755)
        self._files.create(fresh, _chunks(archive.path), overwrite=True, permission=READABLE)
        # The permission is masked where HDFS has a umask, and every node's account must be able to read.
        self._files.set_permission(fresh, READABLE)
        self._files.set_replication(fresh, self._replication)
        try:
            self._files.rename(fresh, path)
        except BadRequest:
            # Another build of the same packages was first.
            self._files.delete(fresh)
        return self._checked(path, archive)

    def _checked(self, path: str, archive: Archive) -> Published:
        known = self._look(path)
        if known is None or known.size_bytes != archive.size_bytes:
            there = known.size_bytes if known else "nothing"
            raise BuildFailure(
                FailureCode.HDFS_REFUSED,
                f"HDFS holds {there} bytes of {path}, not {archive.size_bytes}. Build again.",
            )
        return known

    def _look(self, path: str) -> Published | None:
        try:
            status: FileStatus = self._files.status(path)
        except NotFound:
            return None
        return Published(path, status.size_bytes, status.modified_ms)

    def _patiently(self, attempt: Callable[[], T]) -> T:
        for wait_seconds in WAITS_SECONDS:
            try:
                return attempt()
            except Unreachable as error:
                self._say(f"HDFS does not answer ({error}); trying again in {wait_seconds} s")
                time.sleep(wait_seconds)
            except YarnError as error:
                raise _refused(error) from error
        try:
            return attempt()
        except Unreachable as error:
            raise BuildFailure(
                FailureCode.HDFS_UNREACHABLE,
                f"HDFS is out of reach: {error}. Build again when the cluster is back.",
            ) from error
        except YarnError as error:
            raise _refused(error) from error


def _refused(error: YarnError) -> BuildFailure:
    return BuildFailure(
        FailureCode.HDFS_REFUSED,
        f"HDFS does not take the archive: {error}. An administrator must look at it.",
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
