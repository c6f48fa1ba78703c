"""The Hub's commands: serve, and stop every Lab before the gateway goes."""

import argparse
import os
import sys
from pathlib import Path

from pydantic import ValidationError

from kubeyard_hub.kubernetes_settings import KubernetesSettings
from kubeyard_hub.settings import HubSettings, SpawnerKind
from kubeyard_hub.stop_labs import LabsNotStoppedError, stop_labs

_WRONG_SETTING = 2


def _complaints(why: ValidationError, prefix: str) -> str:
    """One line a wrong setting: its name in the environment, and what is wrong with it."""
    lines = []
    for error in why.errors():
        name = prefix + str(error["loc"][0]).upper() + ": " if error["loc"] else ""
        problem = "is not set" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
        lines.append(f"kubeyard-hub: {name}{problem}")
    return "\n".join(lines)


def _checked_settings() -> HubSettings:
    prefix = "KUBEYARD_"
    try:
        settings = HubSettings()
        if settings.hub_spawner is SpawnerKind.KUBERNETES:
            prefix = "KUBEYARD_LAB_"
            KubernetesSettings()
    except ValidationError as why:
        sys.stderr.write(_complaints(why, prefix) + "\n")
        sys.exit(_WRONG_SETTING)
    return settings


def main(arguments: list[str] | None = None) -> None:
    """Run the command given; `serve` if none is."""
    parser = argparse.ArgumentParser(prog="python -m kubeyard_hub", description=__doc__)
    parser.add_argument("command", nargs="?", default="serve", choices=["serve", "stop-labs"])
    command = parser.parse_args(arguments).command
    settings = _checked_settings()
    if command == "stop-labs":
        try:
            for name in stop_labs(settings):
                sys.stdout.write(f"stopped the Lab of {name}\n")
        except LabsNotStoppedError as why:
            sys.exit(f"kubeyard-hub: {why}")
        return
    # Here, since JupyterHub takes seconds to load, and a wrong setting is to be told at once.
    from jupyterhub.app import JupyterHub  # type: ignore[import-untyped]

    os.umask(0o077)
    JupyterHub.launch_instance(["-f", str(Path(__file__).with_name("jupyterhub_config.py"))])


if __name__ == "__main__":
    main()
