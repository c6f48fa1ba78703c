"""Tries an environment out, run by its own interpreter from where it has been moved to.

    ./environment/bin/python smoke_script.py QUESTION.json

The question names the requested pip distributions, the files of requested conda packages, and folders from
which nothing may be loaded. Each failure is one line `FAILED: what: why` on standard output, and exit code 1.
"""

import importlib
import importlib.metadata
import json
import os
import re
import sys
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path

MODULE_FILE = re.compile(
    r"(?:^|/)(?:site|dist)-packages/(?P<top>[A-Za-z_]\w*)(?:/__init__\.py|\.py|\.[\w-]+\.so|\.abi3\.so|\.so)$"
)
KERNEL_SECONDS = 60


class Trial:
    """What was tried and what failed."""

    def __init__(self) -> None:
        self.failures = 0

    def say(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def fail(self, what: str, why: str) -> None:
        self.failures += 1
        self.say(f"FAILED: {what}: {why}")

    def fail_with_traceback(self, what: str) -> None:
        lines = traceback.format_exc().strip().splitlines()
        sys.stderr.write("\n".join(lines[-12:]) + "\n")
        self.fail(what, lines[-1])


def modules_of_distribution(name: str) -> list[str]:
    """The top-level modules that a pip distribution brings."""
    paths = importlib.metadata.distribution(name).files or []
    return modules_in(f"site-packages/{path}" for path in paths)


def modules_in(paths: Iterator[str]) -> list[str]:
    """The modules among the files of a package; stubs, scripts and data are none."""
    found = (MODULE_FILE.search(path) for path in paths)
    return sorted({match["top"] for match in found if match} - {"__init__", "setup", "conftest"})


def import_requested(trial: Trial, distributions: list[str], conda: dict[str, list[str]]) -> None:
    """Import every top-level module of everything that was asked for."""
    wanted: list[tuple[str, list[str]]] = []
    for name in distributions:
        wanted.append((name, modules_of_distribution(name)))
    for name, paths in conda.items():
        wanted.append((name, modules_in(iter(paths))))
    for package, modules in wanted:
        trial.say(f"{package}: {', '.join(modules) or 'nothing to import'}")
        for module in modules:
            import_one(trial, package, module)


def import_one(trial: Trial, package: str, module: str) -> None:
    """Import one module, whatever it throws."""
    sys.stderr.write(f"importing {module}\n")
    sys.stderr.flush()
    try:
        importlib.import_module(module)
    except BaseException:
        trial.fail_with_traceback(f"import {module} (of {package})")


def start_kernel(trial: Trial) -> None:
    """Start a kernel of this environment, let it compute, and stop it."""
    try:
        cipher = importlib.import_module("Cryptodome.Cipher.AES")
        cipher.new(b"0" * 16, cipher.MODE_ECB)
        starter = importlib.import_module("jupyter_client.manager")
        manager, client = starter.start_new_kernel(startup_timeout=KERNEL_SECONDS)
        try:
            heard: list[str] = []
            client.execute_interactive(
                "print(6 * 7)",
                timeout=KERNEL_SECONDS,
                output_hook=lambda message: heard.append(str(message["content"].get("text", ""))),
            )
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
        if "42" not in "".join(heard):
            trial.fail("kernel", f"it answered {heard!r}")
        else:
            trial.say("kernel: started and answered")
    except BaseException:
        trial.fail_with_traceback("kernel")


def round_trip_arrow(trial: Trial) -> None:
    """Move a table from pandas to Arrow and back, as Spark does: wrong pairs lose rows silently."""
    try:
        importlib.metadata.distribution("pandas")
        importlib.metadata.distribution("pyarrow")
    except importlib.metadata.PackageNotFoundError:
        return
    try:
        pandas, pyarrow = importlib.import_module("pandas"), importlib.import_module("pyarrow")
        table = pandas.DataFrame({"number": range(5), "word": list("abcde")})
        back = pyarrow.Table.from_pandas(table).to_pandas()
        if not back.equals(table):
            trial.fail("Arrow round trip", f"5 rows came back as {len(back)} others")
        else:
            trial.say("Arrow round trip: the same table came back")
    except BaseException:
        trial.fail_with_traceback("Arrow round trip")


def look_for_strangers(trial: Trial, forbidden: list[str]) -> None:
    """Whether anything was loaded from the machine's own Python, which other nodes need not have."""
    loaded = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    with Path("/proc/self/maps").open() as maps:
        loaded |= {line.split(maxsplit=5)[-1].strip() for line in maps if "/" in line}
    strangers = sorted({path for path in loaded for folder in forbidden if path.startswith(folder + "/")})
    if strangers:
        trial.fail("independence", f"{strangers[0]} was loaded, which other nodes need not have")
    if not Path(sys.prefix).resolve().samefile(Path(sys.executable).parent.parent):
        trial.fail("independence", f"its library is {sys.prefix}, not the environment")


def main() -> None:
    """Answer the question."""
    question = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    warnings.simplefilter("ignore")
    trial = Trial()
    import_requested(trial, question["distributions"], question["conda"])
    round_trip_arrow(trial)
    start_kernel(trial)
    look_for_strangers(trial, question["forbidden"])
    sys.stdout.flush()
    sys.stderr.flush()
    # Some packages hang or crash in their exit handlers; what they do there is not what is tried here.
    os._exit(1 if trial.failures else 0)


if __name__ == "__main__":
    main()
