"""Labs as processes of this machine: a home for each user, and an account that can read no secret."""

import asyncio
import os
import pwd
from pathlib import Path
from signal import SIGKILL, SIGTERM
from subprocess import DEVNULL, STDOUT
from typing import Any

from jupyterhub.spawner import SimpleLocalProcessSpawner  # type: ignore[import-untyped]
from traitlets import Unicode
from traitlets.config import Config

from kubeyard_hub.settings import HubSettings

_NO_RIGHTS = ["--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs"]


class HomeNotPreparedError(Exception):
    """A home that cannot be made or handed over."""

    def __init__(self, home: Path, why: OSError) -> None:
        self.jupyterhub_message = (
            f"The home of {home.name} cannot be prepared: {why.strerror}. "
            f"An administrator finds it at {home}; then try again."
        )
        super().__init__(self.jupyterhub_message)


class LabDiedError(Exception):
    """A Lab that ended before it answered."""

    def __init__(self, name: str, code: int, log: Path) -> None:
        self.jupyterhub_message = (
            f"JupyterLab of {name} ended at its start (exit code {code}). "
            f"Try again; if it goes on, an administrator finds the reason at the end of {log}."
        )
        super().__init__(self.jupyterhub_message)


class LocalLabSpawner(SimpleLocalProcessSpawner):  # type: ignore[misc]  # JupyterHub carries no types
    """Starts a Lab as an unprivileged account, and notices at once when it dies at its start."""

    logs = Unicode(help="The folder that holds a log for each user's Lab.").tag(config=True)
    account = Unicode("", help="The account Labs run as; empty is the Hub's own.").tag(config=True)

    @property
    def log_file(self) -> Path:
        """Where this Lab's output goes, so that it does not mix with the Hub's."""
        return Path(self.logs) / f"{self.user.name}.log"

    def make_preexec_fn(self, name: str) -> None:
        """Nothing between fork and exec: setpriv does what is needed."""

    async def start(self) -> tuple[str, int]:
        """Start the Lab, and wait until it listens or ends."""
        prepare_home(Path(self.home_dir), self.account)
        with self._fresh_log().open("ab") as output:
            # Not the user's home: Jupyter reads configuration from the folder it is started in.
            self.popen_kwargs = {"stdin": DEVNULL, "stdout": output, "stderr": STDOUT, "cwd": "/"}
            ip, port = await super().start()
        await self._listening(ip, port)
        return ip, port

    def _fresh_log(self) -> Path:
        self.log_file.parent.mkdir(mode=0o700, exist_ok=True)
        if self.log_file.exists():
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        self.log_file.touch(mode=0o600)
        return self.log_file

    async def _listening(self, ip: str, port: int) -> None:
        """Without this a Lab that died is noticed only when the whole start time has passed."""
        deadline = asyncio.get_running_loop().time() + self.http_timeout
        while asyncio.get_running_loop().time() < deadline:
            code = self.proc.poll()
            if code is not None:
                raise LabDiedError(self.user.name, code, self.log_file)
            try:
                _, writer = await asyncio.open_connection(ip, port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return

    async def stop(self, now: bool = False) -> None:
        """End the Lab by SIGTERM, and by SIGKILL when it hangs, as it does while its gateway is away."""
        if not now and await self.poll() is None:
            await self._signal(SIGTERM)
            await self.wait_for_death(self.term_timeout)
        if await self.poll() is None:
            await self._signal(SIGKILL)
            await self.wait_for_death(self.kill_timeout)

    def user_env(self, env: dict[str, Any]) -> dict[str, Any]:
        """A home, and no shell of its own."""
        return env | {"USER": self.user.name, "HOME": self.home_dir}


def prepare_home(home: Path, account: str) -> None:
    """Make a user's home for the account that Labs run as; nobody else may look inside."""
    try:
        home.mkdir(mode=0o700, exist_ok=True)
        if account:
            entry = pwd.getpwnam(account)
            if home.stat().st_uid != entry.pw_uid:
                os.chown(home, entry.pw_uid, entry.pw_gid)
    except OSError as why:
        raise HomeNotPreparedError(home, why) from why


def lab_command(lab_bin: str, account: str) -> list[str]:
    """The command of a Lab, without rights and without a way to gain any; as another account if one is named.

    Only who may change accounts may also empty the bounding set (with CAP_SETPCAP). For anybody else
    no_new_privs makes it moot.
    """
    if not account:
        return ["setpriv", *_NO_RIGHTS, "--", lab_bin]
    entry = pwd.getpwnam(account)
    identity = [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--init-groups"]
    return ["setpriv", *identity, "--bounding-set=-all", *_NO_RIGHTS, "--", lab_bin]


def configure_local_labs(config: Config, settings: HubSettings) -> None:
    """Run Labs on this machine, on loopback."""
    config.JupyterHub.spawner_class = LocalLabSpawner
    config.Spawner.cmd = lab_command(settings.lab_bin, settings.lab_account)
    config.Spawner.notebook_dir = f"{settings.lab_homes}/{{username}}"
    config.Spawner.env_keep = ["LANG", "LC_ALL"]
    config.Spawner.environment["PATH"] = f"{Path(settings.lab_bin).parent}:/usr/local/bin:/usr/bin:/bin"
    config.SimpleLocalProcessSpawner.home_dir_template = f"{settings.lab_homes}/{{username}}"
    config.LocalProcessSpawner.term_timeout = 8
    config.LocalProcessSpawner.kill_timeout = 3
    config.LocalLabSpawner.logs = str(settings.hub_state_dir / "lab-logs")
    config.LocalLabSpawner.account = settings.lab_account
