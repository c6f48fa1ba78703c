"""A pip index of one's own on loopback: small wheels and source packages made on the spot."""

import base64
import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FIXED_DATE = (2020, 1, 1, 0, 0, 0)


class PackageIndex:
    """Serves `/simple/<name>/` and the files; a package can be made to keep its visitors waiting."""

    def __init__(self) -> None:
        self._files: dict[str, dict[str, bytes]] = {}
        self._slow: set[str] = set()
        self.asked_for_slow = threading.Event()
        self.released = threading.Event()
        self.url = ""

    def add_wheel(
        self, name: str, version: str, modules: Mapping[str, str], requires: Sequence[str] = ()
    ) -> None:
        """Add a wheel with these modules."""
        self._add(name, f"{name}-{version}-py3-none-any.whl", _wheel(name, version, modules, requires))

    def add_source(self, name: str, version: str) -> None:
        """Add a package that exists as source only, and says so by leaving a mark when it is built."""
        self._add(name, f"{name}-{version}.tar.gz", _source(name, version))

    def keep_waiting(self, name: str) -> None:
        """Let whoever asks for this package wait until `released` is set."""
        self._files.setdefault(name, {})
        self._slow.add(name)

    def page(self, path: str) -> tuple[bytes, str] | None:
        """What lies at a path, and its type."""
        parts = [part for part in path.partition("?")[0].split("/") if part]
        if len(parts) == 2 and parts[0] == "simple" and parts[1] in self._files:
            return self._listing(parts[1]), "text/html"
        if len(parts) == 3 and parts[0] == "files":
            body = self._files.get(parts[1], {}).get(parts[2])
            return (body, "application/octet-stream") if body is not None else None
        return None

    def _listing(self, name: str) -> bytes:
        if name in self._slow:
            self.asked_for_slow.set()
            self.released.wait(120)
        links = [
            f'<a href="/files/{name}/{file}#sha256={hashlib.sha256(body).hexdigest()}">{file}</a>'
            for file, body in self._files[name].items()
        ]
        return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()

    def _add(self, name: str, file: str, body: bytes) -> None:
        self._files.setdefault(name, {})[file] = body


@contextmanager
def running_index() -> Iterator[PackageIndex]:
    """Serve an empty index while the block lasts."""
    index = PackageIndex()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            found = index.page(self.path)
            body, kind = found or (b"", "text/plain")
            try:
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if with_body:
                    self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                # Whoever asked was killed meanwhile, which is what some tests do.
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    index.url = f"http://127.0.0.1:{server.server_port}/simple"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield index
    finally:
        index.released.set()
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def _wheel(name: str, version: str, modules: Mapping[str, str], requires: Sequence[str]) -> bytes:
    folder = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {line}\n" for line in requires)
    files = {path: text.encode() for path, text in modules.items()}
    files[f"{folder}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}".encode()
    files[f"{folder}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{folder}/RECORD"] = _record(files, f"{folder}/RECORD")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, body in files.items():
            archive.writestr(zipfile.ZipInfo(path, FIXED_DATE), body)
    return buffer.getvalue()


def _record(files: Mapping[str, bytes], own: str) -> bytes:
    lines = []
    for path, body in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(body)}")
    return "\n".join([*lines, f"{own},,"]).encode()


def _source(name: str, version: str) -> bytes:
    setup = f"from setuptools import setup\nsetup(name={name!r}, version={version!r})\n".encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, body in (
            (f"{name}-{version}/setup.py", setup),
            (
                f"{name}-{version}/PKG-INFO",
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
            ),
        ):
            entry = tarfile.TarInfo(path)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return buffer.getvalue()
