"""A PostgreSQL on this machine that pods can reach, for as long as a block lasts."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring.gateway_client import MeasurementError

_PORT = 31432


@contextmanager
def postgresql(address: str) -> Iterator[str]:
    """Start it at that address of this machine; yields `postgresql://user:password@address:port`."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        raise MeasurementError("PostgreSQL is missing: install the Debian package `postgresql`")
    folder, password = Path(tempfile.mkdtemp(prefix="benchmark-pg-", dir="/var/tmp")), secrets.token_hex(16)
    account = _account()
    (folder / "password").write_text(password)
    for path in (folder, folder / "password"):
        shutil.chown(path, account)
    initdb = [
        str(programs[-1]),
        "-U",
        "kubeyard",
        "-A",
        "scram-sha-256",
        "--pwfile",
        str(folder / "password"),
    ]
    try:
        _start(account, folder, *initdb, "-E", "UTF8", "-D", str(folder / "data")).wait(timeout=120)
        with (folder / "data" / "pg_hba.conf").open("a") as access:
            access.write("host all kubeyard 0.0.0.0/0 scram-sha-256\n")
        url = f"postgresql://kubeyard:{password}@{address}:{_PORT}"
        options = [
            "-h",
            address,
            "-p",
            str(_PORT),
            "-k",
            str(folder),
            "-D",
            str(folder / "data"),
            "-c",
            "max_connections=300",
        ]
        server = _start(account, folder, str(programs[-1].with_name("postgres")), *options)
        try:
            _make_databases(programs[-1].with_name("psql"), url)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_databases(psql: Path, url: str) -> None:
    deadline = time.monotonic() + 30
    for name in ("web", "hub"):
        command = [str(psql), f"{url}/postgres", "-q", "-c", f"CREATE DATABASE {name}"]
        while subprocess.run(command, capture_output=True, timeout=30, check=False).returncode:
            if time.monotonic() > deadline:
                raise MeasurementError("PostgreSQL does not answer")
            time.sleep(0.2)


def _account() -> str:
    """It refuses to run as root."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return (
        pwd.getpwuid(os.getuid()).pw_name
        if os.getuid()
        else ("postgres" if "postgres" in names else "nobody")
    )


def _start(account: str, folder: Path, *command: str) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, user=None if os.getuid() else account
        )
