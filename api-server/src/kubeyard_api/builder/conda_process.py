"""Solving and installing conda packages, in a process of its own.

    python -m kubeyard_api.builder.conda_process solve|install REQUEST.json

py-rattler has been seen to crash while an interpreter that had used it shut down, all its work done.
So this process writes its answer, then leaves without a shutdown.
"""

import asyncio
import json
import os
import sys
import traceback
from pathlib import Path
from typing import TypedDict

import rattler
from rattler.exceptions import FetchRepoDataError, GatewayError, SolverError

# Under this name the archive is unpacked in every container's working folder: what conda writes into
# scripts and settings instead of a placeholder.
PREFIX_ON_NODES = "./environment"
ENVIRONMENT = "default"


class Request(TypedDict):
    """What the builder asks for."""

    specs: list[str]
    constraints: list[str]
    channels: list[str]
    cache: str
    lock: str
    prefix: str
    answer: str


class Answer(TypedDict, total=False):
    """What it is told: the exact packages, or the kind of trouble and its description."""

    packages: list[str]
    trouble: str
    detail: str


async def solve(request: Request) -> Answer:
    """Choose the packages and write them to the lock."""
    records = await rattler.solve(
        sources=list(request["channels"]),
        specs=list(request["specs"]),
        constraints=list(request["constraints"]),
        platforms=[rattler.Subdir.current(), rattler.Subdir("noarch")],
        virtual_packages=rattler.VirtualPackage.detect(),
        gateway=rattler.Gateway(cache_dir=Path(request["cache"], "repodata"), show_progress=False),
    )
    platform = _platform()
    lock = rattler.LockFile([platform])
    lock.set_channels(ENVIRONMENT, [rattler.LockChannel(name) for name in request["channels"]])
    for record in records:
        lock.add_conda_package(ENVIRONMENT, platform, record)
    lock.to_path(Path(request["lock"]))
    return {"packages": sorted(_exact(record) for record in records)}


async def install(request: Request) -> Answer:
    """Install what the lock says into the prefix."""
    environment = rattler.LockFile.from_path(Path(request["lock"])).environment(ENVIRONMENT)
    by_platform = environment.conda_repodata_records() if environment else {}
    records = [record for found in by_platform.values() for record in found]
    await rattler.install(
        records,
        request["prefix"],
        cache_dir=Path(request["cache"], "packages"),
        # Packages' link scripts would run strangers' code with the service's rights.
        execute_link_scripts=False,
        show_progress=False,
        alternative_target_prefix=PREFIX_ON_NODES,
    )
    return {"packages": sorted(_exact(record) for record in records)}


def _platform() -> rattler.LockPlatform:
    return rattler.LockPlatform(str(rattler.Subdir.current()))


def _exact(record: rattler.RepoDataRecord) -> str:
    digest = record.sha256.hex() if record.sha256 else record.file_name
    return f"{record.name.normalized} {record.version} {record.build} {digest}"


def answer_to(verb: str, request: Request) -> Answer:
    """Do what is asked, and name the kind of trouble where it fails."""
    work = solve(request) if verb == "solve" else install(request)
    try:
        return asyncio.run(work)
    except SolverError as error:
        return {"trouble": "solver", "detail": str(error)}
    except (FetchRepoDataError, GatewayError) as error:
        return {"trouble": "channel", "detail": str(error)}
    except Exception as error:
        traceback.print_exc()
        return {"trouble": "other", "detail": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Answer one request, then leave at once."""
    verb, path = sys.argv[1:3]
    request: Request = json.loads(Path(path).read_text("utf-8"))
    answer = answer_to(verb, request)
    Path(request["answer"]).write_text(json.dumps(answer), "utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
