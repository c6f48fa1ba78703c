"""Class data sharing: each daemon's loaded classes, written when it stops and read at its next start.

It halves the start of six JVMs. Java refuses an archive once a jar has another time, so an archive's name
follows from the Java release and from every jar's name, size and time.
"""

import hashlib
import shutil
from pathlib import Path

from kubeyard_local import hadoop_jars
from kubeyard_local.hadoop_services import NAMES
from kubeyard_local.layout import Layout
from kubeyard_local.settings import Settings

# Each class that no archive can hold is a warning otherwise, hundreds of them behind what a daemon died of.
_WITHOUT_WARNINGS = "-Xlog:cds=error,cds+dynamic=error"
# Written while a daemon stops; becomes the archive only after it has stopped in peace.
FRESH = ".fresh"


def prepare(settings: Settings) -> None:
    """Tell each daemon, in its options file, to read its archive or else to write one when it stops."""
    layout = settings.layout
    discard_fresh(layout)
    valid = fingerprint(settings)
    for name in NAMES:
        archive = folder(layout, name) / f"{name}-{valid}.jsa"
        for other in folder(layout, name).glob(f"{name}-*"):
            if other != archive:
                other.unlink()
        option = (
            f"-XX:SharedArchiveFile={archive}"
            if archive.exists()
            else f"-XX:ArchiveClassesAtExit={archive}{FRESH}"
        )
        options = f'"{option}"\n-Xshare:auto\n{_WITHOUT_WARNINGS}\n'
        (layout.hadoop / f"{name}.options").write_text(options)


def adopt(layout: Layout, daemon: str) -> None:
    """Take the archive that the daemon wrote while it stopped in peace."""
    for fresh in folder(layout, daemon).glob(f"{daemon}-*{FRESH}"):
        fresh.replace(fresh.with_name(fresh.name.removesuffix(FRESH)))


def discard_fresh(layout: Layout) -> None:
    """Forget archives that may be cut off: Java would take half a one for whole, and crash on it."""
    for fresh in layout.class_archives.glob(f"*/*{FRESH}"):
        fresh.unlink()


def forget(layout: Layout) -> None:
    shutil.rmtree(layout.class_archives, ignore_errors=True)


def folder(layout: Layout, daemon: str) -> Path:
    """Each account writes into a folder of its own: a container cannot slip classes to another daemon."""
    return layout.class_archives / ("node" if daemon == "nodemanager" else "services")


def fingerprint(settings: Settings) -> str:
    """What an archive is good for."""
    layout = settings.layout
    total = hashlib.sha256()
    if settings.java_home is not None:
        total.update((settings.java_home / "release").read_bytes())
    total.update((layout.hadoop / "jvm.options").read_bytes())
    jars = [layout.hadoop / "conf.jar"]
    for libraries in hadoop_jars.POMS:
        jars.extend(sorted(hadoop_jars.folder(layout, libraries).glob("*.jar")))
    for jar in jars:
        status = jar.stat()
        total.update(f"{jar}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return total.hexdigest()[:16]
