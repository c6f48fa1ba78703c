"""`python -m kubeyard_gateway`: serve until a signal ends it."""

import os
import sys

from pydantic import ValidationError


def main() -> int:
    """Check the settings, then serve; return 2 when a setting is wrong."""
    # Enterprise Gateway reads these as it is imported: nothing but our settings decides.
    for name in [name for name in os.environ if name.startswith(("EG_", "KG_", "JUPYTER_"))]:
        del os.environ[name]
    from kubeyard_gateway import logs
    from kubeyard_gateway.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            setting = "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"KUBEYARD_{setting}: {problem['msg']}\n")
        return 2
    logs.configure(settings.log_level)
    # Sessions and connection files hold signing keys.
    os.umask(0o077)
    from kubeyard_gateway.app import gateway

    try:
        app = gateway(settings)
    except OSError as error:
        sys.stderr.write(f"the gateway cannot start: {error}\n")
        return 1
    app.start()
    return 0


if __name__ == "__main__":
    sys.exit(main())
