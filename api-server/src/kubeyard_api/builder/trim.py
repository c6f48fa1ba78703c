"""Leaving out of an environment what no kernel reads.

Every file costs time when a node unpacks the archive. These folders are named one by one, each for a reason;
nothing of a package that a user asked for is touched.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

UNREAD = (
    # Completion falls back to the installed packages: 4,300 files about packages that are not here.
    "jedi/third_party/typeshed/stubs",
    "jedi/third_party/django-stubs",
    # The same about parts of the standard library that nobody completes in a notebook, or that are not here.
    "jedi/third_party/typeshed/stdlib/distutils",
    "jedi/third_party/typeshed/stdlib/encodings",
    "jedi/third_party/typeshed/stdlib/lib2to3",
    "jedi/third_party/typeshed/stdlib/msilib",
    "jedi/third_party/typeshed/stdlib/tkinter",
    # Cryptodome's own test vectors.
    "Cryptodome/SelfTest",
)


def trim(site_packages: Path) -> int:
    """Remove them; say how many files that were."""
    removed = 0
    for folder in _present(site_packages):
        removed += sum(1 for path in folder.rglob("*") if path.is_file())
        shutil.rmtree(folder)
    return removed


def _present(site_packages: Path) -> Iterator[Path]:
    return (site_packages / name for name in UNREAD if (site_packages / name).is_dir())
