"""The supervisor's configuration, written anew from the process table at each start."""

import re
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from kubeyard_local import accounts
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem
from kubeyard_local.service import Service
from kubeyard_local.supervision import Supervisor

UNWRITABLE = re.compile(r"""[\r\n\0]|\s[;#]|^['"]|['"]$""")

SECTION = """\
[supervisord]
identifier=kubeyard
logfile={logs}/supervisord.log
logfile_maxbytes=5MB
logfile_backups=2
loglevel=info
pidfile={run}/supervisord.pid
childlogdir={logs}
umask=022
{user}
[unix_http_server]
file={run}/supervisor.sock
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
# A service that cannot start is tried ten times, each a second later: what it needs may be on its way back.
PROGRAM = """
[program:{name}]
command={command}
environment={environment}
directory={directory}
autostart=false
autorestart=true
startsecs={start_seconds}
startretries=10
stopwaitsecs={stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


def text(layout: Layout, services: Iterable[Service], as_root: bool) -> str:
    """The whole file. It may hold a proxy's password out of the caller's environment: for its owner only."""
    head = SECTION.format(
        logs=_escape(layout.logs), run=_escape(layout.run), user="user=root" if as_root else ""
    )
    return head + "".join(_program(layout, service) for service in services)


def _program(layout: Layout, service: Service) -> str:
    command = accounts.under(service.account, service.command, service.capabilities)
    return PROGRAM.format(
        name=service.name,
        command=_escape(shlex.join(command)),
        environment=_environment(service.environment),
        directory=_escape(layout.home),
        logs=_escape(layout.logs),
        start_seconds=service.start_seconds,
        stop_seconds=service.stop_seconds,
    )


def _environment(environment: Mapping[str, str]) -> str:
    return ",".join(f"{name}={_quoted(name, value)}" for name, value in sorted(environment.items()))


def _quoted(name: str, value: str) -> str:
    """A value between quotes. Better said than cut off: the file has no way to write some values."""
    if UNWRITABLE.search(value) or ('"' in value and "'" in value):
        raise Problem(
            f"{name} holds a line break, a comment sign after a space, or misplaced quotes. Change it."
        )
    quote = '"' if '"' not in value else "'"
    return f"{quote}{_escape(value)}{quote}"


def _escape(value: object) -> str:
    return str(value).replace("%", "%%")


def launch(layout: Layout, supervisor: Supervisor) -> None:
    """Start supervisord on the written configuration, with none of the caller's environment."""
    command = (sys.executable, "-m", "supervisor.supervisord", "--configuration", str(config_file(layout)))
    # The gateway holds six sockets a kernel: services may open as many files as this machine grants.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        command, env=environment, cwd=layout.home, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        raise Problem(f"The supervisor did not start: {(done.stderr or done.stdout).strip()}")
    deadline = time.monotonic() + 20
    while not supervisor.is_alive():
        if time.monotonic() > deadline:
            raise Problem(f"The supervisor does not answer. Its log: {layout.logs}/supervisord.log")
        time.sleep(0.05)


def config_file(layout: Layout) -> Path:
    return layout.run / "supervisord.conf"


def socket_file(layout: Layout) -> Path:
    return layout.run / "supervisor.sock"
