"""The gateway and its commands before a Hadoop behind https, whose authority is the cluster's own."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from harness.gateway import GatewayProcess, Gateways, gateway_python
from harness.scripted_server import ScriptedServer
from harness.scripted_yarn import SPEC, ScriptedYarn, spark_folders
from harness.tls import context_of, make_certificate
from harness.waiting import wait_until
from kubeyard_kernelspecs import write_kernelspec

pytestmark = pytest.mark.slow
SETTING = "KUBEYARD_HADOOP_CA_FILE"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    make_certificate(folder, "127.0.0.1")
    return folder


@pytest.fixture
def yarn() -> ScriptedYarn:
    """Both, ResourceManager and HttpFS."""
    return ScriptedYarn()


@pytest.fixture
def hadoop(yarn: ScriptedYarn, tls: Path) -> Iterator[ScriptedServer]:
    with ScriptedServer(yarn, context_of(tls)) as server:
        yield server


@pytest.fixture
def is_told() -> bool:
    """Whether the authority is named; a test may say otherwise."""
    return True


@pytest.fixture
def settings(hadoop: ScriptedServer, tls: Path, tmp_path: Path, is_told: bool) -> dict[str, str]:
    return {
        "KUBEYARD_RM_URLS": hadoop.url,
        "KUBEYARD_HTTPFS_URL": hadoop.url,
        SETTING: str(tls / "ca.crt") if is_told else "",
        **spark_folders(tmp_path),
    }


@pytest.fixture
def gateway(start_gateway: Gateways, settings: dict[str, str]) -> Iterator[GatewayProcess]:
    started = start_gateway(**settings)
    yield started
    started.stop()


def checks(gateway: GatewayProcess) -> list[str]:
    """What its readiness says of YARN and of HDFS."""
    told = gateway.send("GET", "/readyz").json()["checks"]
    return [told["resourcemanager"], told["hdfs"]]


def test_the_gateway_believes_the_authority_that_it_is_told(gateway: GatewayProcess) -> None:
    wait_until(lambda: checks(gateway) == ["ok", "ok"], "it believes both")


@pytest.mark.parametrize("is_told", [False])
def test_the_gateway_believes_no_other_and_names_the_setting(gateway: GatewayProcess) -> None:
    wait_until(lambda: all(SETTING in said for said in checks(gateway)), "it says so of both")


def test_kernels_are_ended_behind_https(gateway: GatewayProcess) -> None:
    gateway.stop()
    assert gateway.end_kernels() == "ended 0 kernels"


@pytest.mark.parametrize("is_told", [False])
def test_kernels_behind_https_are_not_ended_without_the_authority(gateway: GatewayProcess) -> None:
    gateway.stop()
    with pytest.raises(AssertionError, match=f"the kernels cannot be ended now: .*{SETTING}"):
        gateway.end_kernels()


def make_class_archives(settings: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    write_kernelspec(folder / "kernelspecs", SPEC)
    environment = {
        "PATH": os.environ["PATH"],
        "KUBEYARD_HDFS_URI": "hdfs://127.0.0.1:9",
        "KUBEYARD_GATEWAY_RESPONSE": "127.0.0.1:9",
        "KUBEYARD_KERNELSPECS_DIR": str(folder / "kernelspecs"),
        **settings,
    }
    command = (gateway_python(), "-m", "kubeyard_kernelspecs", "class-archives", "--kernelspec", SPEC.name)
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_class_archives_are_made_behind_https(
    yarn: ScriptedYarn, settings: dict[str, str], tmp_path: Path
) -> None:
    yarn.runs(lambda number, told: yarn.applications[-1].update(state="FINISHED", finalStatus="SUCCEEDED"))
    done = make_class_archives(settings, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "the class archives were made by application_1_0001\n"


@pytest.mark.parametrize("is_told", [False])
def test_no_class_archives_are_made_without_the_authority(
    yarn: ScriptedYarn, settings: dict[str, str], tmp_path: Path
) -> None:
    done = make_class_archives(settings, tmp_path)
    assert done.returncode == 1
    assert SETTING in done.stderr
    assert "Traceback" not in done.stderr
    assert yarn.applications == []
