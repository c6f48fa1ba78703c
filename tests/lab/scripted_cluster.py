"""A person's Lab before a gateway before a scripted cluster: what YARN says is scripted, all else is real."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.free_address import free_address
from harness.gateway import GatewayProcess
from harness.scripted_server import ScriptedServer
from harness.scripted_yarn import SPEC, ScriptedYarn, spark_folders
from kubeyard_kernelspecs import write_kernelspec

from .lab_process import LabProcess
from .token_exchange import TokenExchange


@contextmanager
def lab_before(yarn: ScriptedYarn, folder: Path, patience_seconds: int) -> Iterator[LabProcess]:
    """Ada's Lab; its gateway gives a start up after `patience_seconds`."""
    with ScriptedServer(yarn) as server:
        settings = {
            "KUBEYARD_GATEWAY_RESPONSE": free_address(),
            "KUBEYARD_KERNELSPECS_DIR": str(folder / "kernelspecs"),
            "KUBEYARD_GATEWAY_LAUNCH_TIMEOUT_SECONDS": str(patience_seconds),
            "KUBEYARD_GATEWAY_STOP_TIMEOUT_SECONDS": "1",
            "KUBEYARD_RM_URLS": server.url,
            "KUBEYARD_HTTPFS_URL": server.url,
        }
        gateway = GatewayProcess(folder, free_address(), settings | spark_folders(folder / "cluster"))
        write_kernelspec(folder / "kernelspecs", SPEC)
        gateway.start()
        try:
            with ScriptedServer(TokenExchange(gateway)) as exchange:
                lab = LabProcess(folder / "lab-of-ada", gateway.url, exchange.url, "hub-token-of-ada")
                lab.start()
                try:
                    yield lab
                finally:
                    lab.stop()
        finally:
            gateway.stop()
