"""Stock Enterprise Gateway 3.3.0 with its stock launcher and run.sh, on the platform's YARN."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kubeyard_yarn.homes import ensure_home
from kubeyard_yarn.httpfs import HttpFs
from kubeyard_yarn.resource_manager import ResourceManager

from measuring.addresses import free_port
from measuring.documents import kernelspec_document
from measuring.gateway_client import Gateway
from measuring.kernels import Subject
from measuring.running_platform import RunningPlatform
from measuring.stock_process import StockProcess

VERSION = "3.3.0"
SDIST_SHA256 = "58d61fef0f30d8010553bf3755c7d205c072383849c416916b37d3ef940725b7"
# The wheel carries neither kernelspecs nor launchers.
_SDIST = f"jupyter_enterprise_gateway-{VERSION}.tar.gz"
_KERNEL_PACKAGES = ("ipykernel==6.31.0", "pycryptodomex", "jupyter-client<9")
KERNEL = "stock"
# What a client of stock says of itself; nothing checks it.
_LAUNCH_SECONDS = 300
ENVIRONMENT = {"KERNEL_USERNAME": "guest", "KERNEL_LAUNCH_TIMEOUT": str(_LAUNCH_SECONDS)}
# Stock leaves `spark` unusable with this Spark; what users do instead is what is measured.
_SESSION = '__import__("pyspark.sql").sql.SparkSession.builder.getOrCreate()'


@contextmanager
def installed(platform: RunningPlatform, cache: Path, memory_mb: int = 0) -> Iterator[StockProcess]:
    """Stock with its kernelspec in a folder of its own, not yet started; ended and removed in the end.

    `memory_mb` is for driver and executor, where it is not that of the platform's own kernels.
    """
    folder = platform.home / "stock-gateway"
    shutil.rmtree(folder, ignore_errors=True)
    _unpack(_sdist(platform, cache), folder)
    _make_kernel_python(platform, folder)
    _write_kernelspec(platform, folder, memory_mb)
    ensure_home(HttpFs(platform.url("HTTPFS"), "kubeyard").as_service(), "guest")
    program = platform.home / "venvs/gateway/bin/jupyter-enterprisegateway"
    # Several platforms of one machine may be measured and tested at once.
    ports = free_port(), free_port()
    process = StockProcess(program, folder, _environment(platform, folder, *ports), *ports)
    try:
        yield process
    finally:
        process.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def subject(platform: RunningPlatform, cache: Path) -> Iterator[Subject]:
    """Run the stock gateway beside the platform's for as long as the block lasts."""
    with installed(platform, cache) as process:
        process.start()
        yield subject_of(platform, process)


def subject_of(platform: RunningPlatform, process: StockProcess) -> Subject:
    """The process as it is measured: as guest, with what its users do instead of `spark`."""
    gateway = Gateway("stock", process.url, ResourceManager([platform.url("RM")], "kubeyard"))
    return Subject(gateway, KERNEL, ENVIRONMENT, _SESSION)


def _sdist(platform: RunningPlatform, cache: Path) -> Path:
    """The source distribution from the cache, or from PyPI into it; only that of this hash is used."""
    place = cache / "stock-gateway" / _SDIST
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        pip = [str(platform.home / "venvs/tools/bin/python"), "-m", "pip", "download", "--quiet", "--no-deps"]
        what = ["--no-binary", "jupyter_enterprise_gateway", f"jupyter_enterprise_gateway=={VERSION}"]
        subprocess.run([*pip, "--dest", str(place.parent), *what], check=True, timeout=300)
    found = hashlib.sha256(place.read_bytes()).hexdigest()
    if found != SDIST_SHA256:
        raise SystemExit(
            f"{place} is not the Enterprise Gateway {VERSION} of PyPI: its SHA-256 is {found}. Delete it."
        )
    return place


def _unpack(sdist: Path, folder: Path) -> None:
    """Take the launcher and run.sh as they are."""
    root = f"jupyter_enterprise_gateway-{VERSION}/etc"
    taken = {
        f"{root}/kernel-launchers/python/scripts/launch_ipykernel.py": "scripts/launch_ipykernel.py",
        f"{root}/kernelspecs/spark_python_yarn_cluster/bin/run.sh": "bin/run.sh",
    }
    with tarfile.open(sdist) as archive:
        for member, target in taken.items():
            source = archive.extractfile(member)
            if source is None:
                raise SystemExit(f"{sdist} has no {member}.")
            place = folder / "share" / "kernels" / KERNEL / target
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(source.read())
            place.chmod(0o755)


def _make_kernel_python(platform: RunningPlatform, folder: Path) -> None:
    """The Python of stock's kernels: stock expects one on every node."""
    uv = str(platform.home / "venvs/tools/bin/uv")
    python = str(folder / "python")
    base = platform.environment.get("KUBEYARD_PYTHON") or "/usr/bin/python3.11"
    subprocess.run([uv, "venv", "--quiet", "--python", base, python], check=True, timeout=120)
    install = [uv, "pip", "install", "--quiet", "--python", python, *_KERNEL_PACKAGES]
    subprocess.run(install, check=True, timeout=300)


def _write_kernelspec(platform: RunningPlatform, folder: Path, memory_mb: int) -> None:
    """The stock kernelspec with this platform's paths, and the same sizes as ours."""
    kernel, spark, python = folder / "share/kernels" / KERNEL, _spark(platform), folder / "python/bin/python"
    conf = {
        "spark.yarn.submit.waitAppCompletion": "false",
        "spark.yarn.jars": f"local:{spark}/jars/*",
        "spark.yarn.maxAppAttempts": "1",
        "spark.yarn.appMasterEnv.SPARK_LOCAL_IP": "127.0.0.1",
        "spark.executorEnv.SPARK_LOCAL_IP": "127.0.0.1",
        "spark.yarn.appMasterEnv.PYSPARK_PYTHON": str(python),
        "spark.executorEnv.PYSPARK_PYTHON": str(python),
        **_sizes(platform, memory_mb),
    }
    options = " ".join(f"--conf {name}={value}" for name, value in conf.items())
    proxy = "enterprise_gateway.services.processproxies.yarn.YarnClusterProcessProxy"
    names = ("kernel-id", "response-address", "public-key", "port-range")
    arguments = [
        word for name in names for word in (f"--RemoteProcessProxy.{name}", f"{{{name.replace('-', '_')}}}")
    ]
    spec = {
        "language": "python",
        "display_name": "Stock",
        "metadata": {"process_proxy": {"class_name": proxy}, "debugger": True},
        "env": {
            "SPARK_HOME": str(spark),
            "PYSPARK_PYTHON": str(python),
            "HADOOP_CONF_DIR": platform.environment["KUBEYARD_HADOOP_CONF_DIR"],
            "JAVA_HOME": platform.environment["KUBEYARD_JAVA_HOME"],
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_OPTS": "--master yarn --deploy-mode cluster --name ${KERNEL_ID:-ERROR__NO__KERNEL_ID} "
            f"--queue interactive {options} ${{KERNEL_EXTRA_SPARK_OPTS}}",
            "LAUNCH_OPTS": "",
        },
        "argv": [
            str(kernel / "bin/run.sh"),
            *arguments,
            "--RemoteProcessProxy.spark-context-initialization-mode",
            "lazy",
        ],
    }
    (kernel / "kernel.json").write_text(json.dumps(spec, indent=1))


def _sizes(platform: RunningPlatform, memory_mb: int) -> dict[str, str]:
    """The sizes of our kernel, so that both ask YARN for the same."""
    spec = kernelspec_document(platform)["metadata"]["kubeyard"]
    return {
        "spark.driver.memory": f"{memory_mb or spec['driver_memory_mb']}m",
        "spark.executor.memory": f"{memory_mb or spec['executor_memory_mb']}m",
        "spark.executor.instances": str(spec["executors"]),
        "spark.executor.cores": str(spec["executor_cores"]),
    }


def _environment(platform: RunningPlatform, folder: Path, port: int, report_port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "JAVA_HOME": platform.environment["KUBEYARD_JAVA_HOME"],
        "JUPYTER_PATH": str(folder / "share"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_PLATFORM_DIRS": "0",
        "HADOOP_USER_NAME": "kubeyard",
        "EG_YARN_ENDPOINT": platform.url("RM"),
        "EG_IP": "127.0.0.1",
        "EG_PORT": str(port),
        "EG_PORT_RETRIES": "0",
        "EG_RESPONSE_IP": "127.0.0.1",
        "EG_RESPONSE_PORT": str(report_port),
        "EG_KERNEL_LAUNCH_TIMEOUT": str(_LAUNCH_SECONDS),
        "EG_INHERITED_ENVS": "PATH,HOME,JAVA_HOME,HADOOP_USER_NAME,EG_IMPERSONATION_ENABLED",
        "EG_IMPERSONATION_ENABLED": "True",
    }


def _spark(platform: RunningPlatform) -> Path:
    return Path(platform.environment["KUBEYARD_SPARK_HOME"])
