"""The relay's end: what became of the kernel's process is the status that YARN is told."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from harness.waiting import wait_until

RELAY = Path(__file__).parents[2] / "yarn/kernelspecs/src/kubeyard_kernelspecs/launcher/relay.py"
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


def relay_after(end: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the relay beside a kernel that ends so; the kernel's parent, as Java is, never asks for it."""
    kernel = subprocess.Popen(
        [sys.executable, "-c", KERNEL.format(end=end)], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    wait_until((folder / "kernel.sock").exists, "the kernel listens")
    environment = {"PYSPARK_GATEWAY_PORT": "7", "PYSPARK_GATEWAY_SECRET": "s", "OTHER": "x"}
    done = subprocess.run(
        [sys.executable, str(RELAY)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    told, _ = kernel.communicate(timeout=10)
    assert '"PYSPARK_GATEWAY_PORT": "7"' in told
    assert "OTHER" not in told
    return done


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
    done = relay_after(end, tmp_path)

    assert done.returncode == status
    assert f"the kernel's process has died: {words}" in done.stderr


def reap_others() -> None:
    """Ask how children of other tests ended: Java has no other child that has."""
    for child in psutil.Process().children():
        if child.status() == psutil.STATUS_ZOMBIE:
            os.waitpid(child.pid, 0)


@pytest.mark.slow
def test_status_of_a_kernel_that_died_before_the_relay_came_is_found_too(tmp_path: Path) -> None:
    reap_others()
    early = KERNEL.split("relay, _")[0] + "os.kill(os.getpid(), signal.SIGTERM)"
    kernel = subprocess.Popen([sys.executable, "-c", early], cwd=tmp_path)
    wait_until(lambda: psutil.Process(kernel.pid).status() == psutil.STATUS_ZOMBIE, "the kernel has ended")
    done = subprocess.run(
        [sys.executable, str(RELAY)], cwd=tmp_path, capture_output=True, timeout=30, check=False
    )
    kernel.wait(10)
    assert done.returncode == 128 + signal.SIGTERM


def test_kernel_that_says_goodbye_is_a_success(tmp_path: Path) -> None:
    assert relay_after('relay.sendall(b"bye")', tmp_path).returncode == 0
