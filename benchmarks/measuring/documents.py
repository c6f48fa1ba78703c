"""What the running platform has written down that benchmarks read."""

import json
from pathlib import Path
from typing import Any

from measuring.running_platform import RunningPlatform


def kernelspec_document(platform: RunningPlatform) -> dict[str, Any]:
    """The kernel.json of the platform's own environment."""
    folder = Path(platform.environment["KUBEYARD_KERNELSPECS_DIR"])
    found: dict[str, Any] = json.loads((folder / "kubeyard.spark" / "kernel.json").read_text())
    return found
