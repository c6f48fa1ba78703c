"""The relay's end: what became of the kernel's process is the status that YARN is told."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

RELAY = Path(__file__).parents[2] / "yarn/kernelspecs/src/kubeyard_kernelspecs/launcher/relay.py"
CONTAINER = Path(__file__).with_name("container.py")
KERNEL = """
import os, signal, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind("kernel.sock")
listener.listen(1)
relay, _ = listener.accept()
print(relay.makefile().readline(), flush=True)
{end}
"""

# YARN asks all processes of a container to end, the relay among them.
ASKED_BY_YARN = """
import psutil
for process in psutil.Process(os.getppid()).children():
    process.terminate()
signal.pause()
"""


@dataclass(frozen=True)
class Ended:
    """What the relay ended with and said, and what it had told the kernel."""

    status: int
    said: str
    told: str


def relay_beside(code: str, folder: Path, awaited: str = "socket") -> Ended:
    """Run a kernel of this code and the relay as the only children of one process, which is not this one."""
    done = subprocess.run(
        [sys.executable, str(CONTAINER), str(RELAY), code, awaited],
        cwd=folder,
        env={"PYSPARK_GATEWAY_PORT": "7", "PYSPARK_GATEWAY_SECRET": "s", "OTHER": "x"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Ended(**json.loads(done.stdout))


def relay_after(end: str, folder: Path) -> Ended:
    """Run the relay beside a kernel that it reaches, and that ends so then."""
    ended = relay_beside(KERNEL.format(end=end), folder)
    assert '"PYSPARK_GATEWAY_PORT": "7"' in ended.told
    assert "OTHER" not in ended.told
    return ended


@pytest.mark.parametrize(
    ("end", "status", "words"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", 128 + signal.SIGKILL, "SIGKILL"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", 128 + signal.SIGSEGV, "SIGSEGV"),
        pytest.param(ASKED_BY_YARN, 128 + signal.SIGTERM, "SIGTERM", marks=pytest.mark.slow),
        ("os._exit(3)", 3, "status 3"),
        # Without a good-bye even a calm end is a failure.
        ("os._exit(0)", 1, "status 1"),
        ("relay.close(); listener.close(); os._exit(5)", 5, "status 5"),
    ],
)
def test_status_of_a_dead_kernel_is_passed_on(tmp_path: Path, end: str, status: int, words: str) -> None:
    ended = relay_after(end, tmp_path)

    assert ended.status == status
    assert f"the kernel's process has died: {words}" in ended.said


@pytest.mark.slow
def test_status_of_a_kernel_that_died_before_the_relay_came_is_found_too(tmp_path: Path) -> None:
    early = KERNEL.split("relay, _")[0] + "os.kill(os.getpid(), signal.SIGTERM)"

    assert relay_beside(early, tmp_path, awaited="end").status == 128 + signal.SIGTERM


def test_kernel_that_says_goodbye_is_a_success(tmp_path: Path) -> None:
    assert relay_after('relay.sendall(b"bye")', tmp_path).status == 0
