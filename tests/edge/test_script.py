"""deployment_yarn_docker.sh before any container runs: what it says when something is not as it must be."""

import fcntl
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types
from harness.edge_script import SETTINGS, run
from harness.scripts import install_program

# An engine that has one container of each service, all of them running.
ENGINE = """case "$1 $2" in
  "compose version" | "info ") exit 0 ;;
  "ps --all") echo c0ffee ;;
  "inspect --format") echo running ;;
  "build "* | "tag "* | "compose -f") printf '%s\\n' "$*" >>"$0.log" ;;
  "exec "*) printf '%s\\n' "$*" >>"$0.log"; cat >>"$0.log" ;;
esac
"""


def test_help_names_every_command_and_asks_nothing_of_the_node(programs: Path) -> None:
    done = run(programs, "--help")
    assert done.returncode == 0
    for command in ("start", "check", "keys", "upgrade", "status", "logs", "stop", "backup", "restore"):
        assert f"\n  {command}" in done.stdout


def test_an_unknown_command_is_refused_with_the_usage(programs: Path) -> None:
    done = run(programs, "begin")
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_a_node_without_an_engine_is_told_what_to_install(programs: Path) -> None:
    done = run(programs, "status")
    assert done.returncode == 1
    assert done.stderr == (
        "Problem: There is neither docker nor podman on this node. Install docker with its compose plug-in, "
        "or podman and podman-compose.\n"
    )


def test_an_engine_that_does_not_answer_is_not_called_missing(programs: Path) -> None:
    install_program(programs, "docker", "exit 1\n")
    assert "is installed and does not answer" in run(programs, "status").stderr


def test_docker_without_compose_is_told_apart(programs: Path) -> None:
    install_program(programs, "docker", "[[ $1 == info ]]\n")
    assert "docker has no compose plug-in" in run(programs, "status").stderr


def test_a_podman_compose_that_is_too_old_is_named(programs: Path) -> None:
    install_program(programs, "podman", "exit 0\n")
    install_program(programs, "podman-compose", 'echo "podman-compose version: 1.0.6"\n')
    assert "podman-compose is 1.0.6, and 1.5 is needed" in run(programs, "status").stderr


def test_an_engine_of_another_name_is_refused(programs: Path) -> None:
    done = run(programs, "status", given={"KUBEYARD_EDGE_ENGINE": "lxc"})
    assert "KUBEYARD_EDGE_ENGINE is 'lxc'" in done.stderr


def test_without_settings_it_says_how_to_make_them(programs: Path) -> None:
    install_program(programs, "docker", ENGINE)
    done = run(programs, "status", settings=None)
    assert done.returncode == 1
    assert "edge.env. Make it: bash deployment_yarn_docker.sh check" in done.stderr


def test_the_edge_s_images_are_built_under_the_registry_s_name(programs: Path) -> None:
    docker = install_program(programs, "docker", ENGINE)
    images = (
        "KUBEYARD_REGISTRY=registry.example/\nKUBEYARD_VERSION=trial\nKUBEYARD_PYTHON_IMAGE=mirror/python\n"
    )
    done = run(programs, "build", settings=SETTINGS + images)
    assert done.returncode == 0, done.stderr
    told = docker.with_name("docker.log").read_text().splitlines()
    assert [line.split()[0] for line in told] == ["build", "tag", "build", "tag"]
    assert " -f images/Dockerfile --target api-server --build-arg PYTHON_IMAGE=mirror/python " in told[0]
    assert told[3] == "tag kubeyard/gateway:trial registry.example/kubeyard/gateway:trial"


def test_a_package_index_s_password_is_no_argument(programs: Path) -> None:
    """Every account of the node sees those; the builder reads the value where it runs."""
    docker = install_program(programs, "docker", ENGINE)
    done = run(programs, "build", given={"UV_DEFAULT_INDEX": "https://u:s3cret@packages.example/simple"})
    assert done.returncode == 0, done.stderr
    told = docker.with_name("docker.log").read_text()
    assert told.count(" --build-arg UV_DEFAULT_INDEX ") == 2
    assert "s3cret" not in told


def test_another_builder_of_images_may_be_named(programs: Path) -> None:
    docker = install_program(programs, "docker", ENGINE)
    builder = install_program(programs, "mybuild", 'printf "%s\\n" "$*" >>"$0.log"\n')
    done = run(programs, "build", given={"KUBEYARD_IMAGE_BUILDER": "mybuild"})
    assert done.returncode == 0, done.stderr
    assert len(builder.with_name("mybuild.log").read_text().splitlines()) == 2
    assert not docker.with_name("docker.log").exists()


def test_kubernetes_is_told_the_file_s_settings_and_no_others(programs: Path) -> None:
    install_program(programs, "docker", ENGINE)
    done = run(programs, "kubernetes", given={"KUBEYARD_EDGE_ADDRESS": "10.9.9.9", "KUBEYARD_API_PORT": "1"})
    assert done.returncode == 0, done.stderr
    told = yaml.safe_load(done.stdout)
    assert told["edge"] == {
        "host": "10.0.0.7",
        "apiPort": 5000,
        "gatewayPort": 8888,
        "tls": {"api": False, "gateway": False},
    }
    assert told["webUI"] == {"url": "https://hub.example.org"}
    assert "curl -fsS https://hub.example.org/jwks.json | ssh " in done.stdout


def test_keys_come_from_standard_input_or_a_file(programs: Path) -> None:
    engine = install_program(programs, "docker", ENGINE)
    keys = programs.parent / "keys.json"
    keys.write_text('{"keys": []}')
    assert run(programs, "keys", str(keys)).returncode == 0
    assert engine.with_name("docker.log").read_text() == (
        'exec -i c0ffee python -m kubeyard_identity install /var/lib/kubeyard/public/jwks.json\n{"keys": []}'
    )
    assert "keys wants a file that can be read, or - " in run(programs, "keys").stderr
    assert "not 'nowhere.json'" in run(programs, "keys", "nowhere.json").stderr


@pytest.mark.parametrize("command", ["keys", "limits", "backup", "restore", "remove"])
def test_a_command_without_what_it_needs_changes_nothing(programs: Path, command: str) -> None:
    engine = install_program(programs, "docker", ENGINE)
    done = run(programs, command)
    assert done.returncode == 1
    assert done.stderr.startswith("Problem: ")
    assert not engine.with_name("docker.log").exists()


@pytest.mark.parametrize(
    ("setting", "further"),
    [
        ("HADOOP_CA_FILE=", []),
        ("HADOOP_CA_FILE=/etc/hadoop/ca.pem", ["hadoop-tls"]),
        ("GATEWAY_SUBMISSION=spark-submit", ["spark-submit"]),
    ],
)
def test_settings_lay_files_over_the_first(programs: Path, setting: str, further: list[str]) -> None:
    docker = install_program(programs, "docker", ENGINE)
    bundle = f"KUBEYARD_CA_BUNDLE={docker}\n"
    done = run(programs, "stop", settings=f"{SETTINGS}{bundle}KUBEYARD_{setting}\n")
    assert done.returncode == 0, done.stderr
    told = docker.with_name("docker.log").read_text().split()
    files = [Path(told[place + 1]).name for place, word in enumerate(told) if word == "-f"]
    assert files == ["docker-compose.yml", *(f"docker-compose.{name}.yml" for name in further)]


@pytest.mark.parametrize("command", ["start", "build", "prove", "keys", "stop", "restore"])
def test_two_at_once_do_not_meet(programs: Path, command: str) -> None:
    engine = install_program(programs, "docker", ENGINE)
    with (programs.parent / "edge.env.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run(programs, command)
        assert run(programs, "kubernetes").returncode == 0
    assert done.returncode == 1
    assert "Another deployment_yarn_docker.sh works on " in done.stderr
    assert not engine.with_name("docker.log").exists()
