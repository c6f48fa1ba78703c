"""`python -m kubeyard_identity install FILE`: put the public key set from standard input into FILE."""

import argparse
import sys
from pathlib import Path

from kubeyard_identity.installing import KeySetRefused, install_key_set


def main() -> int:
    """Run the command; return 1 for a key set that is refused."""
    parser = argparse.ArgumentParser(prog="python -m kubeyard_identity", description=__doc__)
    parser.add_argument("command", choices=["install"])
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    try:
        done = install_key_set(sys.stdin.buffer.read(), given.file)
    except (KeySetRefused, OSError) as reason:
        sys.stderr.write(f"The keys stay as they are: {reason}.\n")
        return 1
    news = [f"new: {', '.join(sorted(done.added))}"] if done.added else []
    news += [f"not good any more: {', '.join(sorted(done.removed))}"] if done.removed else []
    sys.stdout.write(f"{len(done.keys)} public keys are in place; {'; '.join(news) or 'nothing changed'}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
