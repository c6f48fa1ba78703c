"""The real launcher in a container's place, whose Python fails before there is a kernel."""

import base64
import json
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.gateway import gateway_python


def broken_package(packages: Path) -> Path:
    """Make a folder of packages in which the kernel's own lacks another."""
    package = packages / "ipykernel"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("import a_package_that_is_not_there")
    return packages


def launch(told: dict[str, Any], packages: Path) -> None:
    """Run the launcher as the gateway `told` it, with these packages before all others."""
    start = "from kubeyard_kernelspecs.launcher.__main__ import main; main()"
    packed = base64.b64encode(json.dumps(told).encode()).decode()
    environment = {"KUBEYARD_KERNEL": packed, "PYTHONPATH": str(packages), "PWD": str(packages)}
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(
            (gateway_python(), "-c", start),
            env=environment,
            cwd=packages,
            capture_output=True,
            timeout=30,
            check=False,
        )
