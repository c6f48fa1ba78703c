"""Write the hash-pinned requirements files of everything that Kubeyard installs.

    python locks/refresh.py            write every lock anew
    python locks/refresh.py --check    say which lock is older than what it is made from; exit 1 if one is

Each file in this folder is the complete, hashed content of one environment, without the address of any
package index, so that anybody's mirror serves. A lock is stale once the requirements that it was made from
have changed; its first line carries their digest, so that staleness is seen without a network.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "locks"
DIGEST = "# requirements: sha256:"
OWN = ("kubeyard-client", "kubeyard-identity", "kubeyard-kernelspecs", "kubeyard-yarn")
WORKSPACE = (
    "yarn/client",
    "yarn/identity",
    "yarn/kernelspecs",
    "api-server",
    "api-server/client",
    "web-ui",
    "local",
)
COMPILE = (
    "uv",
    "pip",
    "compile",
    "--quiet",
    "--no-header",
    "--no-annotate",
    "--generate-hashes",
    "--universal",
    "--python-version",
    "3.11",
)


@dataclass(frozen=True)
class Lock:
    """One lock: its file's stem, the files it is made from, and the command that prints it."""

    name: str
    sources: tuple[str, ...]
    command: tuple[str, ...]

    @property
    def path(self) -> Path:
        return LOCKS / f"{self.name}.txt"


def export(name: str, folders: Sequence[str], *options: str) -> Lock:
    """A lock of workspace members, out of the workspace's one resolution."""
    command = ("uv", "export", "--quiet", "--no-header", "--no-annotate", "--no-emit-workspace", *options)
    return Lock(name, tuple(f"{folder}/pyproject.toml".removeprefix("./") for folder in folders), command)


def members(*names: str) -> tuple[str, ...]:
    return tuple(part for name in names for part in ("--package", name))


def unlisted(*names: str) -> tuple[str, ...]:
    return tuple(part for name in names for part in ("--no-emit-package", name))


GATEWAY = tuple(f"yarn/{name}/pyproject.toml" for name in ("gateway", "client", "identity", "kernelspecs"))
# Those that kernels are tried on beside the platform's own.
SPARKS = ("3.5", "4.1", "4.2", "4.3")
EVERYTHING = (".", *WORKSPACE, "kubernetes/hub", "kubernetes/lab")
ALL = (
    export("workspace", WORKSPACE, "--no-dev", *members("kubeyard-api", "kubeyard-web", "kubeyard-local")),
    export("web-ui", ("web-ui", "api-server/client"), "--no-dev", *members("kubeyard-web")),
    export("api-server", WORKSPACE[:5], "--no-dev", *members("kubeyard-api")),
    export("hub", ("kubernetes/hub",), "--no-dev", *members("kubeyard-hub")),
    export("lab", ("kubernetes/lab",), "--no-dev", *members("kubeyard-lab")),
    export("dev", EVERYTHING, "--all-packages", "--all-groups"),
    Lock("gateway", GATEWAY, (*COMPILE, *unlisted(*OWN), "yarn/gateway/pyproject.toml")),
    Lock("images", ("locks/images.in",), (*COMPILE, "locks/images.in")),
    Lock("spark", ("locks/spark.in",), (*COMPILE, "locks/spark.in")),
    *(
        Lock(f"spark-{minor}", (f"locks/spark-{minor}.in",), (*COMPILE, f"locks/spark-{minor}.in"))
        for minor in SPARKS
    ),
    Lock("tools", ("locks/tools.in",), (*COMPILE, "locks/tools.in")),
)


def requirements(source: str) -> object:
    """What of a source file decides about its lock."""
    text = (ROOT / source).read_text()
    if not source.endswith(".toml"):
        return text
    document = tomllib.loads(text)
    project = document["project"]
    return [project["dependencies"], project["requires-python"], document.get("dependency-groups", {})]


def digest(lock: Lock) -> str:
    content = json.dumps([[source, requirements(source)] for source in sorted(lock.sources)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def is_current(lock: Lock) -> bool:
    """Whether the lock was made from the requirements as they are now."""
    if not lock.path.exists():
        return False
    return lock.path.read_text().partition("\n")[0] == DIGEST + digest(lock)


def write(lock: Lock) -> None:
    done = subprocess.run(lock.command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        sys.exit(f"{lock.name}: {' '.join(lock.command)} failed:\n{done.stderr}")
    lock.path.write_text(f"{DIGEST}{digest(lock)}\n{done.stdout}")
    print(f"wrote {lock.path.relative_to(ROOT)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="only say which locks are stale")
    if parser.parse_args().check:
        stale = [lock.name for lock in ALL if not is_current(lock)]
        if stale:
            sys.exit(f"stale: {', '.join(stale)}. Run: python locks/refresh.py")
        return
    subprocess.run(["uv", "lock", "--quiet", "--upgrade"], cwd=ROOT, check=True, timeout=600)
    for lock in ALL:
        write(lock)


if __name__ == "__main__":
    main()
