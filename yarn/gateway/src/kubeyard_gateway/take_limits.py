"""`python -m kubeyard_gateway.take_limits FILE`: put limits from standard input into FILE, if good."""

import os
import sys
import tempfile
from pathlib import Path

from kubeyard_gateway.limits_file import LimitsFile


def take_limits(content: bytes, file: Path) -> None:
    """Replace `file` in one step; raises ValueError with what is wrong, and then leaves it as it is."""
    descriptor, name = tempfile.mkstemp(dir=file.parent)
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        try:
            LimitsFile(fresh)
        except ValueError as error:
            raise ValueError(str(error).replace(name, "the file")) from None
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def main() -> int:
    """Return 1 for limits that are refused."""
    if len(sys.argv) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        take_limits(sys.stdin.buffer.read(), Path(sys.argv[1]))
    except (ValueError, OSError) as reason:
        sys.stderr.write(f"The limits stay as they are: {reason}\n")
        return 1
    sys.stdout.write("The limits are in force for every start from now on.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
