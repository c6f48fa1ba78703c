"""`python -m kubeyard_gateway.take_limits FILE`: put limits from standard input into FILE, if good."""

import argparse
import sys
from pathlib import Path

from kubeyard_identity.whole_file import write_whole

from kubeyard_gateway.limits_file import limits_in


def take_limits(content: bytes, file: Path) -> None:
    """Replace `file` in one step; raises ValueError with what is wrong, and then leaves it as it is."""
    limits_in(content, "the file")
    write_whole(file, content, 0o600)


def main() -> int:
    """Return 1 for limits that are refused."""
    parser = argparse.ArgumentParser(prog="python -m kubeyard_gateway.take_limits", description=__doc__)
    parser.add_argument("file", type=Path)
    try:
        take_limits(sys.stdin.buffer.read(), parser.parse_args().file)
    except (ValueError, OSError) as reason:
        sys.stderr.write(f"The limits stay as they are: {reason}\n")
        return 1
    sys.stdout.write("The limits are in force for every start from now on.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
