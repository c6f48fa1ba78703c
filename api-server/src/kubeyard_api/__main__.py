"""`python -m kubeyard_api COMMAND`: one module in `commands` for each command."""

import sys
from importlib import import_module
from pkgutil import iter_modules

from kubeyard_api import commands
from kubeyard_api.settings import SettingsRefused

WRONG_USE = 2


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    names = sorted(found.name.replace("_", "-") for found in iter_modules(commands.__path__))
    if len(arguments) != 1 or arguments[0] not in names:
        sys.stderr.write(f"usage: python -m kubeyard_api {' | '.join(names)}\n")
        return WRONG_USE
    module = import_module(f"{commands.__name__}.{arguments[0].replace('-', '_')}")
    try:
        code: int = module.run()
    except SettingsRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return WRONG_USE
    except KeyboardInterrupt:
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
