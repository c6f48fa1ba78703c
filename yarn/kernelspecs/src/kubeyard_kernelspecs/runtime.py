"""What every container needs besides its environment, published once to HDFS under its content's name."""

import hashlib
import os
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import MAGIC_NUMBER
from pathlib import Path

from kubeyard_yarn.errors import NotFound
from kubeyard_yarn.httpfs import FileStatus, UserFiles
from kubeyard_yarn.submission import LocalResource, ResourceKind

from kubeyard_kernelspecs import bundle

CONF = "__spark_conf__.zip"
# Spark's Python program where spark-submit starts kernels.
BEGIN = "begin.py"
# Changed when the same sources make another archive.
_FORMAT = b"2"


@dataclass(frozen=True)
class Runtime:
    """A published runtime: its folder in HDFS and its files, by the name they have in a container."""

    folder: str
    resources: Mapping[str, LocalResource]
    driver_archive: LocalResource | None = None
    executor_archive: LocalResource | None = None


@dataclass(frozen=True)
class RuntimeSources:
    """Where a runtime's parts lie on this machine."""

    spark_home: Path
    hadoop_conf: Path
    environment: Mapping[str, str]

    def hash(self) -> str:
        """Return the name of the runtime made of these, without making it."""
        digest = hashlib.sha256(_FORMAT + MAGIC_NUMBER)
        for content in (*bundle.pyspark_sources(self.spark_home), bundle.launcher_zip(), self.conf()):
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()[:32]

    def conf(self) -> bytes:
        """Return the configuration's archive."""
        return bundle.conf_zip(self.hadoop_conf, self.environment)

    def files(self) -> dict[str, bytes]:
        """Return every file by its name in HDFS."""
        folder = bundle.launcher_folder()
        return {
            "pyspark.zip": bundle.pyspark_zip(self.spark_home),
            "launcher.zip": bundle.launcher_zip(),
            "relay.py": (folder / "relay.py").read_bytes(),
            BEGIN: (folder / BEGIN).read_bytes(),
            CONF: self.conf(),
        }


def publish(files: UserFiles, hdfs_uri: str, root: str, sources: RuntimeSources) -> Runtime:
    """Return the runtime of `sources` under `root`/runtime, writing it first where it is not there yet."""
    folder = f"{root}/runtime/{sources.hash()}"
    try:
        files.status(folder)
    except NotFound:
        _write(files, folder, sources.files())
    return load(files, hdfs_uri, folder)


def load(files: UserFiles, hdfs_uri: str, folder: str) -> Runtime:
    """Return the runtime that lies in `folder`, with the class archives that have been added since."""
    found = {status.name: status for status in files.list(folder)}
    resources = {
        "pyspark.zip": _resource(hdfs_uri, found["pyspark.zip"]),
        "launcher.zip": _resource(hdfs_uri, found["launcher.zip"]),
        "relay.py": _resource(hdfs_uri, found["relay.py"]),
        "__spark_conf__": _resource(hdfs_uri, found[CONF], ResourceKind.ARCHIVE),
    }
    made = list(found.values())
    if not _newest(made, "driver") or not _newest(made, "executor"):
        made = _of_other_runtimes(files, folder, found["pyspark.zip"].size_bytes)
    driver, executor = (_newest(made, name) for name in ("driver", "executor"))
    return Runtime(
        folder,
        resources,
        _resource(hdfs_uri, driver) if driver else None,
        _resource(hdfs_uri, executor) if executor else None,
    )


def _newest(files: Iterable[FileStatus], name: str) -> FileStatus | None:
    """Return the class archive that was made last; the older ones are in use by kernels that run."""
    made = [status for status in files if re.fullmatch(rf"{name}-[\d-]+\.jsa", status.name)]
    return max(made, key=lambda status: status.name, default=None)


def _of_other_runtimes(files: UserFiles, folder: str, pyspark_bytes: int) -> list[FileStatus]:
    """Return what runtimes of the same Spark hold: its classes do not change with our code or configuration.

    Otherwise every upgrade would start kernels without, until somebody makes them anew. Should Java or a jar
    have changed, Java refuses them, which costs a moment.
    """
    root, _, own = folder.rpartition("/")
    others = (status for status in files.list(root) if status.name != own and "." not in status.name)
    held = [{status.name: status for status in files.list(other.path)} for other in others]
    return [
        status
        for one in held
        if "pyspark.zip" in one and one["pyspark.zip"].size_bytes == pyspark_bytes
        for status in one.values()
    ]


def _write(files: UserFiles, folder: str, contents: Mapping[str, bytes]) -> None:
    """Make the folder whole and then give it its name: nobody ever sees half of it."""
    draft = f"{folder}.{os.getpid()}-{uuid.uuid4().hex[:8]}"
    files.mkdirs(draft)
    for name, content in contents.items():
        files.create(f"{draft}/{name}", content, permission=0o644)
    if not files.exists(folder):
        files.rename(draft, folder)
    # Where somebody else was quicker, HDFS has moved ours into theirs, or it was never moved.
    for left_over in (draft, f"{folder}/{draft.rpartition('/')[2]}"):
        files.delete(left_over, recursive=True)


def _resource(hdfs_uri: str, status: FileStatus, kind: ResourceKind = ResourceKind.FILE) -> LocalResource:
    return LocalResource(f"{hdfs_uri.rstrip('/')}{status.path}", status.size_bytes, status.modified_ms, kind)
