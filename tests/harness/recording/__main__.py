"""Records what a Hadoop of some version answers to everything that kubeyard_yarn asks.

  PYTHONPATH=tests python -m harness.recording 3.3.6
  PYTHONPATH=tests python -m harness.recording 2.10.2 --httpfs 3.3.6
  PYTHONPATH=tests python -m harness.recording 3.3.6 --test

It fetches that version's jars with Maven, runs every daemon on the loopback address, plays the scenario,
replaces tests/yarn/golden/<version> and ends the daemons. With --test it runs the client's own tests for real
daemons on them instead. It needs Maven, Java 17 (a JDK) and 2 GB of memory.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kubeyard_yarn.resource_manager import ResourceManager

from harness.recording import application_acts, configuration, file_acts, jars, log_acts, pair_acts
from harness.recording.daemons import Daemons, running
from harness.recording.jvm import Installed
from harness.recording.pair import PORTS as PAIR_PORTS
from harness.recording.pair import Pair, running_pair
from harness.recording.recorder import recording
from harness.recording.stable import Stable
from harness.recording.stage import SERVICE, Stage
from harness.recording.trial import run_tests

GOLDEN = Path(__file__).resolve().parents[2] / "yarn" / "golden"
MASTER = Path(__file__).with_name("Master.java")
SERVICES = ("RM", "NM_HTTP", "HISTORY_HTTP", "HTTPFS")


def main(arguments: Sequence[str] | None = None) -> None:
    """Record one version, or test the client on it."""
    asked = _parser().parse_args(arguments)
    # Ended from outside it ends its daemons too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    installed = Installed(
        hadoop=jars.fetch(asked.jars.resolve(), asked.version, jars.HADOOP),
        httpfs=jars.fetch(asked.jars.resolve(), asked.httpfs or asked.version, jars.HTTPFS),
        java=Path(asked.java).resolve(),
        # The JobHistoryServer of 2.x tells no logs, its timeline server does.
        has_timeline=asked.version.startswith("2."),
    )
    with _home(asked.work) as home:
        if asked.test:
            with running(home / "cluster", installed, asked.port_base) as daemons:
                run_tests(daemons, installed)
            return
        recorded = home / "recorded"
        recorded.mkdir()
        source = _source(asked.version, asked.httpfs or asked.version, installed)
        with running(home / "cluster", installed, asked.port_base) as daemons:
            _record(daemons, installed, source, recorded)
        with running_pair(home / "pair", installed, asked.port_base) as pair:
            _record_pair(pair, source, recorded)
        shutil.rmtree(GOLDEN / asked.version, ignore_errors=True)
        shutil.move(recorded, GOLDEN / asked.version)


@contextmanager
def _home(work: str) -> Iterator[Path]:
    """Yield a new folder that containers may write below, as pytest's are not; it is kept after a failure."""
    home = Path(tempfile.mkdtemp(prefix="kubeyard-recording-", dir=work))
    try:
        yield home
    except BaseException:
        print(f"the daemons' logs are kept in {home}", file=sys.stderr)  # noqa: T201
        raise
    shutil.rmtree(home)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m harness.recording",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("version", help="of Hadoop, as Maven Central has it")
    parser.add_argument("--httpfs", help="another version of HttpFS, where Maven Central has not this one")
    parser.add_argument("--test", action="store_true", help="run the client's tests instead of recording")
    parser.add_argument("--java", default=shutil.which("java") or "java", help="the java that runs it all")
    parser.add_argument(
        "--jars", type=Path, default=Path("build/recorded-hadoop"), help="where they are kept"
    )
    parser.add_argument("--work", default="/var/tmp", help="where the daemons' folder is made and removed")
    parser.add_argument("--port-base", type=int, default=26100, help="the first of twenty ports in a row")
    return parser


def _source(version: str, httpfs: str, installed: Installed) -> str:
    told = subprocess.run((installed.java, "-version"), capture_output=True, text=True, check=True).stderr
    java = told.split('"')[1]
    return f"recorded from Hadoop {version} with HttpFS {httpfs} on Java {java} by harness.recording"


def _record(daemons: Daemons, installed: Installed, source: str, folder: Path) -> None:
    """Play the scenario in front of the recorder."""
    started_ms = int(ResourceManager([daemons.url("RM")], SERVICE).info().id)
    stable = Stable(started_ms, _folders(daemons, installed), configuration.default_ports(daemons.ports))
    services = (*SERVICES, *(("TIMELINE_HTTP",) if installed.has_timeline else ()))
    urls = {name: daemons.url(name) for name in services}
    with recording(folder, source, stable, urls) as recorder:
        stage = Stage(recorder, urls, started_ms)
        application_acts.before_anything(stage)
        note = file_acts.prepare(stage, f"hdfs://127.0.0.1:{daemons.ports['NAMENODE']}")
        grow, end = daemons.home / "grow", daemons.home / "end"
        master = f"{_master_command(daemons, installed)} {grow} {end}"
        application_acts.start(stage, master, grow, note)
        application_acts.while_they_are_there(stage)
        log_acts.while_it_runs(stage)
        application_acts.end(stage, end)
        log_acts.ask_too_early(stage, "of_the_just_ended")
        log_acts.when_it_has_ended(stage)
        file_acts.go_through(stage)
        daemons.lose("nodemanager")
        stage.wait_until_node("LOST")
        stage.act("nodes_when_one_is_lost", stage.manager().nodes)


def _record_pair(pair: Pair, source: str, folder: Path) -> None:
    """Play what a pair of ResourceManagers is asked; the second one's port is called as its own below."""
    ports = {int(pair.urls[member].rpartition(":")[2]): port for member, port in PAIR_PORTS.items()}
    with recording(folder, source, Stable(pair.started_ms, {}, ports), pair.urls) as recorder:
        pair_acts.play(recorder, pair)


def _folders(daemons: Daemons, installed: Installed) -> dict[Path, str]:
    return {
        daemons.home: "/hadoop",
        installed.hadoop: "/hadoop/jars",
        installed.java.parents[1]: "/java",
        configuration.SOURCES.parents[1]: "/kubeyard",
    }


def _master_command(daemons: Daemons, installed: Installed) -> str:
    options = f"@{configuration.SOURCES / 'jvm.options'} -Xmx192m -XX:TieredStopAtLevel=1"
    class_path = f"'{daemons.home}/conf:{installed.hadoop}/*'"
    return f"exec {installed.java} {options} -cp {class_path} {MASTER}"


if __name__ == "__main__":
    main()
