"""Class archives for Spark inside YARN's containers, made once by Spark itself: kernels start sooner."""

from kubeyard_local import accounts, child, process_table, stamp
from kubeyard_local.accounts import Accounts
from kubeyard_local.problem import Problem
from kubeyard_local.progress import Progress
from kubeyard_local.settings import Settings

# Half a minute on two quiet cores. Nobody should wait longer for what only makes kernels quicker.
LONGEST_SECONDS = 180


def ensure(settings: Settings, owners: Accounts, progress: Progress) -> None:
    """Have them made unless they were, from the same Spark, Java and configuration.

    Kernels work without: a failure is told and tried again by the next start.
    """
    layout = settings.layout
    done = layout.hadoop / "spark-archives.stamp"
    if stamp.is_current(done, _digest(settings)):
        return
    command = (str(layout.python("platform")), "-m", "kubeyard_kernelspecs", "class-archives")
    what = "class archives for Spark"
    try:
        with progress.step(what):
            child.run(
                what,
                accounts.under(owners.services, (*child.DIES_WITH_US, *command)),
                log=layout.logs / "spark-archives.log",
                environment=process_table.gateway_environment(settings),
                folder=layout.home,
                timeout_seconds=LONGEST_SECONDS,
            )
    except Problem as problem:
        progress.say(f"{problem}\n           Kernels start without them, some seconds later.")
        return
    stamp.write(done, _digest(settings))


def _digest(settings: Settings) -> str:
    """Changes with whatever gives kernels another runtime folder."""
    layout = settings.layout
    release = (settings.java_home or layout.hadoop) / "release"
    sources = (
        layout.clone / "yarn" / "kernelspecs" / "src",
        layout.hadoop_conf,
        layout.spark / ".stamp",
        release,
    )
    return stamp.digest(*sources)
