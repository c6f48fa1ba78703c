"""`python -m kubeyard_gateway`: serve until a signal ends it; `... end-kernels`: end what it left."""

import argparse
import gc
import os
import sys
from typing import TYPE_CHECKING

from kubeyard_identity.wrong_settings import problems_of
from pydantic import ValidationError

if TYPE_CHECKING:
    from kubeyard_gateway.settings import Settings


def main() -> int:
    """Check the settings, then serve; return 2 when a setting is wrong."""
    parser = argparse.ArgumentParser(prog="kubeyard_gateway", description=__doc__)
    parser.add_argument("command", nargs="?", default="serve", choices=("serve", "end-kernels"))
    command = parser.parse_args().command
    # Enterprise Gateway reads these as it is imported: nothing but our settings decides.
    for name in [name for name in os.environ if name.startswith(("EG_", "KG_", "JUPYTER_"))]:
        del os.environ[name]
    from kubeyard_gateway import logs
    from kubeyard_gateway.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        sys.stderr.write(f"{problems_of(error.errors())}\n")
        return 2
    logs.configure(settings.log_level)
    # Sessions and connection files hold signing keys.
    os.umask(0o077)
    if command == "end-kernels":
        return _end_kernels(settings)
    # Nothing is garbage before the gateway serves, and what is loaded by then never becomes any.
    gc.disable()
    from kubeyard_gateway.app import gateway

    try:
        app = gateway(settings)
    except OSError as error:
        sys.stderr.write(f"the gateway cannot start: {error}\n")
        return 1
    gc.freeze()
    gc.enable()
    app.start()
    return 0


def _end_kernels(settings: "Settings") -> int:
    from kubeyard_yarn.errors import YarnError

    from kubeyard_gateway.end_kernels import end_kernels

    try:
        count = end_kernels(settings)
    except YarnError as error:
        sys.stderr.write(f"the kernels cannot be ended now: {error}\n")
        return 1
    sys.stdout.write(f"ended {count} kernels\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
