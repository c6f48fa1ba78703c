"""Compiles every module of a prefix; run by that prefix's interpreter, so it uses the standard library alone.

    python bytecode_script.py PREFIX CACHE

Compiled modules are kept by the digest of their source and place, so that the next environment with the same
packages has them at once. They are marked as never to be checked against their source, because archives carry
no modification times, and written without back references, whose presence depends on what the interpreter
happened to do before: the same source gives the same bytes everywhere.
"""

# Paths as plain strings: there are thousands of files, and pathlib doubles the time.
# ruff: noqa: PTH103, PTH105, PTH110, PTH114, PTH118, PTH120, PTH123
import concurrent.futures
import hashlib
import importlib.machinery
import importlib.util
import marshal
import os
import shutil
import struct
import sys
from collections.abc import Iterator

UNCHECKED_HASH = 0b01
MARSHAL_WITHOUT_REFERENCES = 2
CHUNK = 100


def sources(prefix: str) -> Iterator[str]:
    """Every module's source file below the prefix."""
    for folder, folders, files in os.walk(prefix):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.endswith(".py") and not os.path.islink(path):
                yield path


def compiled(source: bytes, place: str) -> bytes:
    """The content of a .pyc file."""
    loader = importlib.machinery.SourceFileLoader("<module>", place)
    code = loader.source_to_code(source, place)
    header = (
        importlib.util.MAGIC_NUMBER + struct.pack("<L", UNCHECKED_HASH) + importlib.util.source_hash(source)
    )
    return header + marshal.dumps(code, MARSHAL_WITHOUT_REFERENCES)


def compile_one(prefix: str, cache: str, path: str) -> int:
    """Put one module's compiled form beside it; 0 if it cannot be compiled."""
    with open(path, "rb") as file:
        source = file.read()
    place = os.path.join("environment", os.path.relpath(path, prefix))
    name = hashlib.blake2b(
        importlib.util.MAGIC_NUMBER + place.encode() + b"\0" + source, digest_size=20
    ).hexdigest()
    kept = os.path.join(cache, name[:2], name)
    if not os.path.exists(kept):
        try:
            content = compiled(source, place)
        except (SyntaxError, ValueError, RecursionError):
            return 0  # templates, and modules in another Python's grammar: they are never imported
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        fresh = f"{kept}.{os.getpid()}"
        with open(fresh, "wb") as file:
            file.write(content)
        os.replace(fresh, kept)
    target = importlib.util.cache_from_source(path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(kept, target)
    return 1


def compile_some(prefix: str, cache: str, paths: list[str]) -> int:
    """How many of these modules now have a compiled form."""
    return sum(compile_one(prefix, cache, path) for path in paths)


def main() -> None:
    """Compile in as many processes as there are processors, four at most."""
    prefix, cache = sys.argv[1:3]
    paths = list(sources(prefix))
    parts = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
    with concurrent.futures.ProcessPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        done = [pool.submit(compile_some, prefix, cache, part) for part in parts]
        sys.stdout.write(f"{sum(part.result() for part in done)} of {len(paths)} modules compiled\n")


if __name__ == "__main__":
    main()
