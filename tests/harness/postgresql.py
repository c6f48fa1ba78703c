"""A real PostgreSQL of one's own: made in a folder, on a socket, gone afterwards."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from harness.waiting import wait_until

PROGRAMS = Path("/usr/lib/postgresql")
MISSING = "PostgreSQL is missing: install the Debian package `postgresql`"


class PostgreSql:
    """A server that runs, but for between `stop` and `start`."""

    def __init__(self, programs: Path, folder: Path, account: str, settings: Mapping[str, str]) -> None:
        self._programs = programs
        self._folder = folder
        self._account = account
        self._settings = settings
        self._port = int(settings.get("port", 5432))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        flags = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        options = ("-D", str(self._folder / "data"), *flags)
        self._process = _start(self._account, self._folder, self._programs / "postgres", *options)
        wait_until(self.is_ready, "PostgreSQL answers")

    def stop(self) -> None:
        """Cut every connection and end it; what was committed stays."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=30)

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make a database and return its address."""
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql://{self._account}@/{name}?host={self._folder}"

    def create_database_for_pods(self, name: str, address: str) -> str:
        """Make a database and return its address for others on the network, who need the password in it."""
        self.create_database(name)
        password = secrets.token_hex(16)
        account = f"{name}-pods"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE \"{account}\" LOGIN PASSWORD '{password}'")
            connection.execute(f'ALTER DATABASE "{name}" OWNER TO "{account}"')
        return f"postgresql://{account}:{password}@{address}/{name}"

    def drop_database(self, name: str) -> None:
        """Drop a database, even while somebody is connected to it."""
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def is_ready(self) -> bool:
        """Whether it answers."""
        asked: list[str | Path] = [
            self._programs / "pg_isready",
            "-q",
            "-h",
            str(self._folder),
            "-p",
            str(self._port),
        ]
        return subprocess.run(asked, check=False, timeout=10).returncode == 0

    def _dsn(self, database: str) -> str:
        return f"host={self._folder} port={self._port} dbname={database} user={self._account}"


@contextmanager
def running_postgresql(address: str = "") -> Iterator[PostgreSql]:
    """Start one; as root it runs under an account without rights, because it refuses to run as root.

    With an `address`, host:port, whoever has a password can reach it there too. Where none is installed, the
    test that asks for one is skipped and says so.
    """
    programs = _newest_programs()
    account = pwd.getpwuid(os.getuid()).pw_name if os.getuid() else _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="kubeyard-pg-"))
    shutil.chown(folder, account)
    try:
        options = ["-U", account, "-A", "trust", "-E", "UTF8", "--no-sync", "-D", str(folder / "data")]
        _start(account, folder, programs / "initdb", *options).wait(timeout=120)
        settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off"}
        if address:
            settings["listen_addresses"], _, settings["port"] = address.rpartition(":")
            with (folder / "data" / "pg_hba.conf").open("a") as access:
                access.write("host all all 0.0.0.0/0 scram-sha-256\n")
        server = PostgreSql(programs, folder, account, settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _newest_programs() -> Path:
    found = [folder / "bin" for folder in PROGRAMS.glob("*") if (folder / "bin" / "initdb").exists()]
    if not found:
        pytest.skip(MISSING)
    return max(found, key=lambda folder: float(folder.parent.name))


def _start(account: str, folder: Path, program: Path, *options: str) -> subprocess.Popen[bytes]:
    user = None if os.getuid() else account
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([program, *options], stdout=log, stderr=log, cwd=folder, user=user)


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
