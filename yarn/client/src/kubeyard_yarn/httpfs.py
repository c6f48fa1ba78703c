"""HDFS through HttpFS: the service account signs the request, `doAs` names the user whose rights count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import requests

from kubeyard_yarn.errors import BadRequest, NotFound, UnexpectedAnswer, Unreachable
from kubeyard_yarn.http import Body, HadoopHttp
from kubeyard_yarn.shapes import Json, child, moment, rows, text, whole

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class FileStatus:
    """One file or folder of HDFS."""

    path: str
    name: str
    is_folder: bool
    size_bytes: int
    owner: str
    group: str
    permission: int
    replication: int
    modified_at: datetime | None
    modified_ms: int


class HttpFs:
    """An HttpFS server, reached as a service account that it lets act for others."""

    def __init__(
        self, url: str, service_user: str, timeout_seconds: float = 30, *, ca_file: Path | None = None
    ) -> None:
        """`url` is `http://host:14000`, with or without `/webhdfs/v1`.

        `ca_file` has the authorities of an https address; without it the usual ones count.
        """
        self._http = HadoopHttp("HttpFS", timeout_seconds, ca_file)
        self._base = f"{url.rstrip('/').removesuffix('/webhdfs/v1')}/webhdfs/v1"
        self._service_user = service_user

    def as_user(self, name: str) -> "UserFiles":
        """Return HDFS as `name` may see and change it."""
        return UserFiles(self._http, self._base, {"user.name": self._service_user, "doAs": name})

    def as_service(self) -> "UserFiles":
        """Return HDFS as the service account itself, which is the superuser on the platform's own HDFS."""
        return self.as_user(self._service_user)


class UserFiles:
    """HDFS with one user's rights; every path is absolute."""

    def __init__(self, http: HadoopHttp, base: str, identity: Mapping[str, str]) -> None:
        """Made by HttpFs.as_user."""
        self._http = http
        self._base = base
        self._identity = identity

    def status(self, path: str) -> FileStatus:
        """Return what lies at `path`; raises NotFound."""
        answer = self._ask("GET", path, "GETFILESTATUS", f"look at {path}")
        return _status_from(child(answer, "FileStatus"), path)

    def exists(self, path: str) -> bool:
        """Whether anything lies at `path`; a path that one may not look into raises Refused."""
        try:
            self.status(path)
        except NotFound:
            return False
        return True

    def list(self, path: str) -> Iterator[FileStatus]:
        """Yield what the folder holds, by name, a page at a time; a file yields itself."""
        last = ""
        while True:
            params = {"startAfter": last} if last else {}
            answer = self._ask("GET", path, "LISTSTATUS_BATCH", f"list {path}", **params)
            listing = child(answer, "DirectoryListing")
            found = rows(listing, "partialListing", "FileStatuses", "FileStatus")
            for row in found:
                yield _status_from(row, path)
            if not found or not whole(listing, "remainingEntries"):
                return
            last = text(found[-1], "pathSuffix")

    def mkdirs(self, path: str, permission: int = 0o755) -> None:
        """Make the folder and those above it; one that is there already stays as it is."""
        what = f"make the folder {path}"
        self._must(self._ask("PUT", path, "MKDIRS", what, permission=f"{permission:o}"), what)

    def create(self, path: str, content: Body, *, overwrite: bool = False, permission: int = 0o644) -> None:
        """Write a file from bytes or a stream of them; folders above it are made."""
        # data=true is the second step of WebHDFS: HttpFS takes it at once, so that a stream is read once.
        params = {"data": "true", "overwrite": _word(overwrite), "permission": f"{permission:o}"}
        answer = self._send("PUT", path, "CREATE", params, body=content)
        self._http.check(answer, f"write {path}")

    def open(self, path: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the file's bytes from `offset`, at most `length`, none behind the end; errors come first."""
        params = {"offset": str(offset)} | ({} if length is None else {"length": str(length)})
        answer = self._send("GET", path, "OPEN", params, stream=True)
        try:
            # An error's body is small and read whole by the check, which frees the connection.
            self._http.check(answer, f"read {path}")
        except UnexpectedAnswer as error:
            # An offset behind the end is a fault of the DataNode's stream, told as 500 with this sentence.
            if "Premature EOF from inputStream after skipping" in str(error):
                return iter(())
            raise
        return self._chunks(answer, path)

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes:
        """Return the file's bytes from `offset`, at most `length` of them, all in memory."""
        return b"".join(self.open(path, offset, length))

    def rename(self, path: str, destination: str) -> None:
        """Move a file or folder; raises BadRequest when the source is absent or the target is taken."""
        what = f"rename {path} to {destination}"
        self._must(self._ask("PUT", path, "RENAME", what, destination=destination), what)

    def delete(self, path: str, *, recursive: bool = False) -> bool:
        """Delete a file or folder and tell whether there was one; a full folder needs `recursive`."""
        answer = self._ask("DELETE", path, "DELETE", f"delete {path}", recursive=_word(recursive))
        return answer.get("boolean") is True

    def set_owner(self, path: str, owner: str = "", group: str = "") -> None:
        """Change the owner, the group or both; only the superuser may."""
        params = {name: value for name, value in (("owner", owner), ("group", group)) if value}
        self._http.check(self._send("PUT", path, "SETOWNER", params), f"change the owner of {path}")

    def set_permission(self, path: str, permission: int) -> None:
        """Change the permission, given as 0o750."""
        answer = self._send("PUT", path, "SETPERMISSION", {"permission": f"{permission:o}"})
        self._http.check(answer, f"change the permission of {path}")

    def set_replication(self, path: str, replication: int) -> None:
        """Change how many copies HDFS keeps of a file."""
        what = f"change the replication of {path}"
        self._must(self._ask("PUT", path, "SETREPLICATION", what, replication=str(replication)), what)

    def _ask(self, method: str, path: str, operation: str, what: str, **params: str) -> Json:
        return self._http.read_object(self._send(method, path, operation, params), what)

    def _send(
        self,
        method: str,
        path: str,
        operation: str,
        params: Mapping[str, str] | None = None,
        *,
        body: Body | None = None,
        stream: bool = False,
    ) -> requests.Response:
        if not path.startswith("/"):
            raise BadRequest(f"{path!r} is no absolute HDFS path; begin it with a slash")
        url = self._base + quote(path, safe="/")
        sent = {"op": operation, **self._identity, **(params or {})}
        return self._http.send(method, url, sent, body=body, stream=stream)

    def _must(self, answer: Json, what: str) -> None:
        """HDFS says false where it declines without a reason."""
        if answer.get("boolean") is not True:
            raise BadRequest(f"{what}: HDFS declined; see whether the source exists and the target is free")

    def _chunks(self, answer: requests.Response, path: str) -> Iterator[bytes]:
        with answer:
            try:
                yield from answer.iter_content(_CHUNK_BYTES)
            except requests.RequestException as error:
                raise Unreachable(
                    f"read {path}: HttpFS broke off in the middle; read on from there"
                ) from error


def _status_from(row: Json, asked: str) -> FileStatus:
    suffix = text(row, "pathSuffix")
    path = f"{asked.rstrip('/')}/{suffix}" if suffix else asked
    return FileStatus(
        path=path,
        name=path.rstrip("/").rpartition("/")[2],
        is_folder=text(row, "type") == "DIRECTORY",
        size_bytes=whole(row, "length"),
        owner=text(row, "owner"),
        group=text(row, "group"),
        permission=int(text(row, "permission") or "0", 8),
        replication=whole(row, "replication"),
        modified_at=moment(row, "modificationTime"),
        modified_ms=whole(row, "modificationTime"),
    )


def _word(value: bool) -> str:
    return "true" if value else "false"
