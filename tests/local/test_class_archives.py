"""When a daemon writes its class archive, and when it reads one."""

import subprocess

import pytest
from kubeyard_local import class_archives, hadoop_jars
from kubeyard_local.hadoop_services import NAMES
from kubeyard_local.layout import Layout
from kubeyard_local.settings import Settings


@pytest.fixture
def ready(layout: Layout, settings: Settings) -> Layout:
    """A home with a configuration and jars, as before the first start."""
    for account in ("services", "node"):
        (layout.class_archives / account).mkdir(parents=True)
    (layout.hadoop / "conf.jar").write_text("configuration")
    (layout.hadoop / "jvm.options").write_text("-Xss512k")
    for libraries in hadoop_jars.POMS:
        folder = hadoop_jars.folder(layout, libraries)
        folder.mkdir(parents=True)
        (folder / "some.jar").write_text("classes")
    class_archives.prepare(settings)
    return layout


def option(layout: Layout, daemon: str = "namenode") -> str:
    return (layout.hadoop / f"{daemon}.options").read_text().splitlines()[0].strip('"')


def stop(layout: Layout) -> None:
    """What the daemons do when they end in peace: each writes the file that its option names."""
    for daemon in NAMES:
        wish, _, file = option(layout, daemon).partition("=")
        if wish == "-XX:ArchiveClassesAtExit":
            layout.home.joinpath(file).write_text("archive")
        class_archives.adopt(layout, daemon)


def test_the_first_start_writes_and_the_second_reads(ready: Layout, settings: Settings) -> None:
    assert option(ready).startswith("-XX:ArchiveClassesAtExit=")
    stop(ready)
    class_archives.prepare(settings)
    for daemon in NAMES:
        wish, _, file = option(ready, daemon).partition("=")
        assert wish == "-XX:SharedArchiveFile", daemon
        assert ready.home.joinpath(file).exists(), daemon


def test_another_time_of_a_jar_makes_the_archive_worthless(ready: Layout, settings: Settings) -> None:
    stop(ready)
    class_archives.prepare(settings)
    old = option(ready).partition("=")[2]
    jar = hadoop_jars.folder(ready, "hadoop") / "some.jar"
    jar.write_text("other classes")
    class_archives.prepare(settings)
    assert option(ready).startswith("-XX:ArchiveClassesAtExit=")
    assert not ready.home.joinpath(old).exists()


def test_an_archive_that_may_be_cut_off_is_not_used(ready: Layout, settings: Settings) -> None:
    file = option(ready).partition("=")[2]
    ready.home.joinpath(file).write_text("half an arch")
    class_archives.prepare(settings)
    assert option(ready).startswith("-XX:ArchiveClassesAtExit=")
    assert not ready.home.joinpath(file).exists()


def test_the_containers_account_writes_apart_from_the_services(ready: Layout) -> None:
    assert "/node/" in option(ready, "nodemanager")
    assert "/services/" in option(ready, "namenode")


def test_classes_that_no_archive_can_hold_do_not_fill_a_daemons_log(ready: Layout) -> None:
    options = ready.hadoop / "namenode.options"
    assert "-Xlog:cds=error,cds+dynamic=error" in options.read_text().splitlines()
    # Java ends with 1 before anything else where it does not know an option.
    java = subprocess.run(("java", f"@{options}", "-version"), capture_output=True, text=True, check=False)
    assert (java.returncode, java.stdout) == (0, "")
