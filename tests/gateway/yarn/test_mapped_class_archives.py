"""Java takes the class archives: one that it refuses is only a warning, and kernels start seconds later."""

import subprocess
import sys
from pathlib import Path

import pytest
from harness.gateway import Gateways, KernelClient
from harness.yarn_gateway import YarnGateway
from kubeyard_kernelspecs.runtime import RuntimeSources, publish

# As long as a platform's busy start has left them unmade, they are made here.
MAKING_SECONDS = 330
pytestmark = [pytest.mark.daemons, pytest.mark.timeout(420 + MAKING_SECONDS)]
# The process above the kernel or the worker that is Java, and what it has in its memory.
MAPPED = """
def mapped():
    import os, pathlib
    process = pathlib.Path("/proc") / str(os.getpid())
    while (process / "comm").read_text() != "java\\n":
        status = (process / "status").read_text().split()
        process = pathlib.Path("/proc") / status[status.index("PPid:") + 1]
    lines = (process / "maps").read_text().splitlines()
    files = {line.rpartition("/")[2] for line in lines if line.endswith(".jsa")}
    return sorted(files & {DRIVER, EXECUTOR})
"""


@pytest.fixture
def names(yarn: YarnGateway) -> tuple[str, str]:
    """The published archives: the driver's, and the executors'."""

    def published() -> list[str]:
        settings = yarn.process.environment
        spark, hadoop = (Path(settings[f"KUBEYARD_{name}"]) for name in ("SPARK_HOME", "HADOOP_CONF_DIR"))
        runtime = publish(
            yarn.files.as_service(),
            settings["KUBEYARD_HDFS_URI"],
            settings.get("KUBEYARD_HDFS_ROOT", "/kubeyard"),
            RuntimeSources(spark, hadoop, settings),
        )
        archives = (runtime.driver_archive, runtime.executor_archive)
        return [archive.uri.rpartition("/")[2] for archive in archives if archive]

    if not published():
        command = (sys.executable, "-m", "kubeyard_kernelspecs", "class-archives")
        subprocess.run(command, env=yarn.process.environment, timeout=MAKING_SECONDS, check=True)
    driver, executor = published()
    return driver, executor


@pytest.fixture
def ada(names: tuple[str, str], start_own: Gateways) -> KernelClient:
    """She is at a gateway that has looked for archives since they are there."""
    return start_own().client("ada")


def test_drivers_and_executors_have_theirs_in_memory(
    yarn: YarnGateway, names: tuple[str, str], ada: KernelClient
) -> None:
    driver, executor = names
    with ada.connect(ada.start(yarn.spec.name)) as channel:
        channel.run(f"DRIVER, EXECUTOR = {driver!r}, {executor!r}\n{MAPPED}")
        assert channel.run("print(*mapped())") == f"{driver}\n"
        said = channel.run("print(*sc.parallelize([0], 1).map(lambda _: mapped()).first())")
        assert said.endswith(f"{executor}\n")
