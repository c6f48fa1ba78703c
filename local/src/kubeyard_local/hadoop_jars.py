"""Hadoop's jars: named by yarn/hadoop/*.xml, fetched by Maven once for all clones of this machine."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from kubeyard_local import child, stamp
from kubeyard_local.layout import Layout
from kubeyard_local.problem import Problem

POMS = {"hadoop": "pom.xml", "httpfs": "pom-httpfs.xml"}


def folder(layout: Layout, libraries: str) -> Path:
    """Where these jars lie: named after the file that asks for them, so two versions live side by side."""
    return layout.cache / "jars" / f"{libraries}-{stamp.digest(pom(layout, libraries))[:16]}"


def pom(layout: Layout, libraries: str) -> Path:
    return layout.clone / "yarn" / "hadoop" / POMS[libraries]


def are_present(layout: Layout) -> bool:
    return all(folder(layout, libraries).is_dir() for libraries in POMS)


def fetch(layout: Layout, environment: Mapping[str, str], log: Path) -> None:
    """Fetch what is missing. One after the other: two Mavens do not share a local repository safely."""
    for libraries in POMS:
        if not folder(layout, libraries).is_dir():
            _fetch(layout, libraries, environment, log)


def _fetch(layout: Layout, libraries: str, environment: Mapping[str, str], log: Path) -> None:
    maven = shutil.which("mvn", path=environment["PATH"])
    if maven is None:
        raise Problem("Maven is missing (mvn): it fetches Hadoop's jars. Install the package maven.")
    final = folder(layout, libraries)
    part = final.with_name(f"{final.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    options = ("-q", "-B", "-f", str(pom(layout, libraries)), f"-Dmaven.repo.local={layout.cache}/maven")
    goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={part}")
    child.run(f"Maven for {libraries}", (maven, *options, *goal), log=log, environment=environment)
    _verify(part, pom(layout, libraries).with_name(f"{libraries}.sha256"))
    part.rename(final)


def _verify(jars: Path, expected: Path) -> None:
    """Every jar is one that was listed, unchanged: Maven itself trusts whatever the repository serves."""
    listed = (line.split() for line in expected.read_text().splitlines())
    wanted = {name: digest for digest, name in listed}
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in jars.iterdir()}
    odd = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if odd:
        raise Problem(
            f"{len(odd)} of Hadoop's jars are not those listed in {expected}, first {odd[0]}. Try again; if "
            "that does not help, ask who keeps the Maven repository that serves this machine."
        )
