"""The script that builds the images, with a builder that only writes down what it is told."""

import os
import subprocess
from pathlib import Path

import pytest
from harness.scripts import install_program, run_unattended

ROOT = Path(__file__).parents[2]


@pytest.fixture
def builder(tmp_path: Path) -> Path:
    """A program that takes the arguments of `docker build`; asked for the image `hub`, it fails."""
    body = (
        f'printf "%s\\n" "$*" >>{tmp_path}/told\nenv >{tmp_path}/environment\n'
        'case "$*" in */hub:*) echo "no space left"; exit 1 ;; esac'
    )
    return install_program(tmp_path, "make-image", body)


def build(builder: Path | str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(ROOT / "images/build.sh"), *arguments]
    environment = {**os.environ, "KUBEYARD_IMAGE_BUILDER": str(builder), **settings}
    return run_unattended(command, environment, 60)


def told(builder: Path) -> list[str]:
    return builder.with_name("told").read_text().splitlines()


def test_an_image_is_built_by_its_name_and_version(builder: Path) -> None:
    done = build(builder, "web-ui", "proxy")
    assert done.returncode == 0, done.stderr
    first, second = told(builder)
    assert first.startswith("-t kubeyard/web-ui:0.1.0 -f images/Dockerfile --target web-ui ")
    assert second.startswith("-t kubeyard/proxy:0.1.0 -f images/Dockerfile --target proxy ")
    assert "built kubeyard/web-ui:0.1.0 in " in done.stdout


def test_an_image_says_of_what_version_and_revision_it_is(builder: Path) -> None:
    build(builder, "lab", "--tag", "trial")
    (lab,) = told(builder)
    head = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=60, check=False
    )
    assert "-t kubeyard/lab:trial " in lab
    assert "--build-arg VERSION=0.1.0 " in lab
    assert "--label org.opencontainers.image.version=0.1.0 " in lab
    assert f"--label org.opencontainers.image.revision={head.stdout.strip() or 'unknown'} ." in lab


def test_a_mirror_reaches_the_build(builder: Path) -> None:
    build(builder, "proxy", PYTHON_IMAGE="mirror.example/python:3.11")
    (proxy,) = told(builder)
    assert "--build-arg PYTHON_IMAGE=mirror.example/python:3.11 " in proxy


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "npm_config_registry"])
def test_an_index_reaches_the_build_past_what_everybody_of_the_machine_sees(builder: Path, name: str) -> None:
    """Its address may hold a password, and arguments are in the list of processes."""
    address = "https://ada:secret@index.example/simple"
    build(builder, "proxy", **{name: address})
    (proxy,) = told(builder)
    assert f" --build-arg {name} " in proxy
    assert "secret" not in proxy
    assert f"{name}={address}" in builder.with_name("environment").read_text().splitlines()


def test_a_failure_shows_what_the_builder_said(builder: Path) -> None:
    done = build(builder, "hub")
    assert done.returncode == 1
    assert "no space left" in done.stderr
    assert "Problem: kubeyard/hub:0.1.0 could not be built" in done.stderr


def test_an_unknown_image_is_refused_before_any_is_built(builder: Path) -> None:
    done = build(builder, "web-ui", "webui")
    assert done.returncode == 1
    assert "There is no image webui. There are: web-ui hub proxy lab api-server gateway." in done.stderr
    assert not builder.with_name("told").exists()


def test_an_absent_builder_is_refused_by_its_name() -> None:
    done = build("no-such-builder")
    assert done.returncode == 1
    assert "KUBEYARD_IMAGE_BUILDER is no-such-builder, which is no command here" in done.stderr


def test_pushing_takes_a_builder_that_can(builder: Path) -> None:
    done = build(builder, "--push", "registry.example", "web-ui")
    assert done.returncode == 1
    assert "builds only" in done.stderr
