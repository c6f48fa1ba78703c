"""Kernels by the real launcher, as plain processes where a scripted YARN has containers; without Spark."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kubeyard_kernelspecs.bundle import launcher_zip

from harness.gateway import GatewayProcess, Gateways, gateway_python
from harness.scripted_server import Answer, Asked
from harness.scripted_yarn import ScriptedYarn, gateway_before

END_SECONDS = 20


class LaunchingYarn(ScriptedYarn):
    """Runs each container's kernel, but no Java beside it, and tells its end as YARN would."""

    def __init__(self, folder: Path) -> None:
        """`folder` takes the containers' folders and what they are given."""
        super().__init__()
        self._folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._waiting: list[threading.Thread] = []
        (folder / "launcher.zip").write_bytes(launcher_zip())
        # The one package of the launcher that the tests' own environment does not have.
        (folder / "more").mkdir()
        (folder / "more" / "Cryptodome").symlink_to(_in_gateways_environment("Cryptodome"))

    def environment_of(self, ident: str) -> dict[str, str]:
        """What the container of the application is started with."""
        entries = self._rows[ident]["entries"]
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "PYTHONPATH": f"{self._folder / 'launcher.zip'}:{self._folder / 'more'}",
            "KUBEYARD_KERNEL": entries["KUBEYARD_KERNEL"],
        }

    def _submitted(self, context: dict[str, Any]) -> Answer:
        entries = context["am-container-spec"]["environment"]["entry"]
        ident = str(context["application-id"])
        self._rows[ident]["entries"] = {each["key"]: each["value"] for each in entries}
        answer = super()._submitted(context)
        self._waiting.append(threading.Thread(target=self._run, args=(ident,), daemon=True))
        self._waiting[-1].start()
        return answer

    def _run(self, ident: str) -> None:
        place = self._folder / ident
        place.mkdir()
        with (place / "kernel.log").open("wb") as log:
            process = subprocess.Popen(
                (sys.executable, "-m", "kubeyard_launcher"),
                env=self.environment_of(ident) | {"PWD": str(place)},
                cwd=place,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.processes[ident] = process
        status = process.wait()
        if self._rows[ident].get("state") == "RUNNING":
            ended = {"state": "FINISHED", "finalStatus": "SUCCEEDED"}
            self._rows[ident] |= ended if status == 0 else {"state": "FAILED", "finalStatus": "FAILED"}

    def _manager(self, asked: Asked, path: str) -> Answer:
        if asked.method == "PUT" and path.endswith("/state"):
            self.kill(path.split("/")[2])
        return super()._manager(asked, path)

    def kill(self, ident: str) -> None:
        """End a container, as YARN does."""
        process = self.processes.get(ident)
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait(END_SECONDS)

    def close(self) -> None:
        """End all that runs."""
        for ident in list(self.processes):
            self.kill(ident)
        for thread in self._waiting:
            thread.join(END_SECONDS)


@contextmanager
def launching_gateway(start: Gateways, folder: Path) -> Iterator[tuple[GatewayProcess, LaunchingYarn]]:
    """A gateway of `start`'s whose kernels are the launcher's; all of it is ended in the end."""
    yarn = LaunchingYarn(folder)
    try:
        with gateway_before(yarn, start, folder, KUBEYARD_GATEWAY_SPARES="0") as process:
            yield process, yarn
    finally:
        yarn.close()


def _in_gateways_environment(package: str) -> Path:
    code = f"import json, {package}; print(json.dumps({package}.__path__[0]))"
    done = subprocess.run(
        (gateway_python(), "-c", code), capture_output=True, text=True, check=True, timeout=60
    )
    return Path(json.loads(done.stdout))
