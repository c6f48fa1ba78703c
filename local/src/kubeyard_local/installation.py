"""Fetches and installs everything that is missing, side by side, once."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from kubeyard_local import environments, hadoop_jars, hub_proxy, spark
from kubeyard_local.progress import Progress
from kubeyard_local.settings import Settings

# More at once only compete for two cores and one line to the registries.
SIDE_BY_SIDE = 4


@dataclass(frozen=True)
class Part:
    """Something to install, and whether it is there already."""

    name: str
    is_current: Callable[[], bool]
    install: Callable[[], None]


def parts(settings: Settings, wanted: Sequence[str]) -> tuple[Part, ...]:
    """What the wanted services need, the longest first."""
    layout, python, log = settings.layout, settings.python, settings.layout.logs / "install.log"
    child = child_environment(settings)

    def environment(which: environments.Environment) -> Part:
        return Part(
            f"environment {which.name}",
            lambda: environments.is_current(layout, which, python),
            lambda: environments.install(layout, which, python, child, log),
        )

    spark_part = Part(
        "Spark", lambda: spark.is_current(layout), lambda: spark.install(layout, python, child, log)
    )
    jars = Part(
        "Hadoop's jars",
        lambda: hadoop_jars.are_present(layout),
        lambda: hadoop_jars.fetch(layout, child, log),
    )
    proxy = Part(
        "the Hub's proxy", lambda: hub_proxy.is_current(layout), lambda: hub_proxy.install(layout, child, log)
    )
    needs: Mapping[str, tuple[Part, ...]] = {
        "namenode": (jars,),
        "gateway": (spark_part, environment(environments.GATEWAY)),
        "hub": (environment(environments.LAB), environment(environments.HUB)),
        "web": (environment(environments.PLATFORM),),
        "api": (environment(environments.PLATFORM), spark_part),
        "proxy": (proxy,),
    }
    found = {part.name: part for service in needs if service in wanted for part in needs[service]}
    return tuple(found.values())


def child_environment(settings: Settings) -> dict[str, str]:
    """The caller's environment, with every cache in the platform's own."""
    cache: Path = settings.layout.cache
    caches = {
        "UV_CACHE_DIR": str(cache / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "PIP_CACHE_DIR": str(cache / "pip"),
        "npm_config_cache": str(cache / "npm"),
        "JAVA_HOME": str(settings.java_home or ""),
    }
    ours = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return {**ours, **caches}


def install(settings: Settings, wanted: Sequence[str], progress: Progress) -> None:
    """Install what is missing; the first failure is raised once the others have ended."""
    missing = [part for part in parts(settings, wanted) if not part.is_current()]
    if not missing:
        return

    def work(part: Part) -> None:
        with progress.step(part.name):
            part.install()

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        running = [pool.submit(work, part) for part in missing]
        wait(running, return_when=FIRST_EXCEPTION)
        for one in running:
            one.result()
