"""What `stop` and `remove` do to kernels: they end when that is asked for, and are never lost by the way."""

from pathlib import Path

import pytest
from harness.edge_script import SETTINGS, run
from harness.scripts import install_program

# It has the state's volume and a gateway while their files are there, and YARN answers unless `away` is.
ENGINE = """case "$1 $2" in
  "compose version" | "info ") exit 0 ;;
  "ps --all") [[ ! -e $0.gateway ]] || echo c0ffee; exit 0 ;;
  "volume inspect") [[ -e $0.volume ]]; exit ;;
esac
printf '%s\\n' "$*" >>"$0.log"
case "$*" in
  *" run "*end-kernels)
    [[ ! -e $0.away ]] || { echo "the kernels cannot be ended now: nobody listens there"; exit 1; }
    echo "ended 2 kernels" ;;
esac
"""
ENDS = "end-kernels"
REMOVAL = "volume rm --force kubeyard-edge_state kubeyard-edge_sockets"


@pytest.fixture
def engine(programs: Path) -> Path:
    """Return docker on a node that was started, and whose cluster answers."""
    docker = install_program(programs, "docker", ENGINE)
    have(docker, "volume", "gateway")
    return docker


def have(engine: Path, *things: str) -> None:
    for thing in things:
        engine.with_name(f"docker.{thing}").touch()


def lack(engine: Path, thing: str) -> None:
    engine.with_name(f"docker.{thing}").unlink()


def done_by(engine: Path) -> list[str]:
    """Return what the engine was told, without the files and names of compose."""
    lines = engine.with_name("docker.log").read_text().splitlines()
    return [line.partition("edge.env ")[2] or line for line in lines]


@pytest.fixture
def settings(tmp_path: Path) -> str:
    (tmp_path / "known.pem").touch()
    return f"{SETTINGS}KUBEYARD_CA_BUNDLE={tmp_path / 'known.pem'}\n"


def test_kernels_end_before_the_services(programs: Path, engine: Path, settings: str) -> None:
    done = run(programs, "stop", "--end-kernels", settings=settings)
    assert done.returncode == 0, done.stderr
    assert "ended 2 kernels" in done.stdout
    assert done_by(engine) == ["stop c0ffee", f"run --rm --no-deps -T gateway {ENDS}", "down"]


@pytest.mark.parametrize("command", [("stop", "--end-kernels"), ("remove", "--yes")])
def test_kernels_of_a_stopped_node_end_too(
    programs: Path, engine: Path, settings: str, command: tuple[str, str]
) -> None:
    lack(engine, "gateway")
    done = run(programs, *command, settings=settings)
    assert done.returncode == 0, done.stderr
    assert "ended 2 kernels" in done.stdout
    removal = [REMOVAL] if command[0] == "remove" else []
    assert done_by(engine) == [f"run --rm --no-deps -T gateway {ENDS}", "down", *removal]


def test_a_plain_stop_ends_none(programs: Path, engine: Path, settings: str) -> None:
    done = run(programs, "stop", settings=settings)
    assert done.returncode == 0, done.stderr
    assert "kernels live on in YARN" in done.stdout
    assert done_by(engine) == ["down"]


def test_a_node_that_never_ran_has_none(programs: Path, engine: Path, settings: str) -> None:
    lack(engine, "gateway")
    lack(engine, "volume")
    assert run(programs, "remove", "--yes", settings=settings).returncode == 0
    assert done_by(engine) == ["down", REMOVAL]


def test_while_yarn_is_away_the_gateway_comes_back_and_nothing_is_lost(
    programs: Path, engine: Path, settings: str
) -> None:
    have(engine, "away")
    done = run(programs, "stop", "--end-kernels", settings=settings)
    assert done.returncode == 1
    assert "nobody listens there" in done.stderr
    assert done.stderr.endswith(
        "Problem: The kernels live on, and the gateway is started again. "
        "Once YARN answers: bash deployment_yarn_docker.sh stop --end-kernels\n"
    )
    assert "volume rm" not in done.stderr
    assert done_by(engine)[-1] == "start c0ffee"


def test_a_stopped_node_stays_stopped_while_yarn_is_away(programs: Path, engine: Path, settings: str) -> None:
    have(engine, "away")
    lack(engine, "gateway")
    done = run(programs, "stop", "--end-kernels", settings=settings)
    assert done.returncode == 1
    assert "Problem: The kernels live on. Once YARN answers" in done.stderr
    assert len(done_by(engine)) == 1


def test_a_cluster_that_is_gone_for_good_keeps_nobody_from_removing(
    programs: Path, engine: Path, settings: str
) -> None:
    have(engine, "away")
    done = run(programs, "remove", "--yes", settings=settings)
    assert done.returncode == 1
    assert f"gone for good: stop, then docker {REMOVAL}\n" in done.stderr
    assert done_by(engine)[-1] == "start c0ffee"
