"""What the gateway told this container about its kernel."""

import base64
import json
from collections.abc import MutableMapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Launch:
    """One start of a kernel, as `KUBEYARD_KERNEL` brings it."""

    kernel_id: str
    user: str
    kernelspec: str
    response_address: str
    public_key: str
    ticket: str
    # Without a word of the gateway for so long, the kernel ends by itself.
    gone_after_seconds: float
    # A folder of HDFS where this container makes class archives, instead of being a kernel.
    class_archives_to: str
    # What to do ahead of a claim: `driver`, `executor`, or empty where somebody waits already.
    warm_up: str
    # What is kept of the output, for a notebook that was away while it was made.
    kept_output_bytes: int
    # The gateway's public key for this kernel, by which their way is encrypted; empty where it is not.
    curve_key: str

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str]) -> "Launch":
        """Read it, and take it away from what cells and their children see."""
        launch = cls(**json.loads(base64.b64decode(environment.pop("KUBEYARD_KERNEL"))))
        for name in ("KUBEYARD_SPARK_PROPERTIES", "KUBEYARD_CACHED_FILES"):
            environment.pop(name, None)
        environment["KERNEL_ID"] = launch.kernel_id
        environment["KERNEL_USERNAME"] = launch.user
        return launch

    @property
    def gateway(self) -> tuple[str, int]:
        """The host and port that wait for this kernel's report."""
        host, _, port = self.response_address.rpartition(":")
        return host, int(port)
