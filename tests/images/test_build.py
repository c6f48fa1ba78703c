"""The script that builds the images, with a builder that only writes down what it is told."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def builder(tmp_path: Path) -> Path:
    """A program that takes the arguments of `docker build`; asked for the image `hub`, it fails."""
    program = tmp_path / "make-image"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$*" >>{tmp_path}/told\n'
        'case "$*" in */hub:*) echo "no space left"; exit 1 ;; esac\n'
    )
    program.chmod(0o755)
    return program


def build(builder: Path | str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(ROOT / "images/build.sh"), *arguments]
    environment = {**os.environ, "KUBEYARD_IMAGE_BUILDER": str(builder), **settings}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def told(builder: Path) -> list[str]:
    return builder.with_name("told").read_text().splitlines()


def test_an_image_is_built_by_its_name_and_version(builder: Path) -> None:
    done = build(builder, "web-ui", "proxy")
    assert done.returncode == 0, done.stderr
    first, second = told(builder)
    assert first.startswith(
        "-t kubeyard/web-ui:0.1.0 -f web-ui/Dockerfile --build-arg VERSION=0.1.0 --build-arg REVISION="
    )
    assert second.startswith("-t kubeyard/proxy:0.1.0 -f kubernetes/hub/proxy/Dockerfile ")
    assert "built kubeyard/web-ui:0.1.0 in " in done.stdout


def test_a_mirror_reaches_the_images_that_can_use_it(builder: Path) -> None:
    build(
        builder,
        "web-ui",
        "proxy",
        npm_config_registry="https://npm.example",
        PYTHON_IMAGE="mirror.example/python:3.11",
    )
    first, second = told(builder)
    assert "--build-arg PYTHON_IMAGE=mirror.example/python:3.11" in first
    assert "npm.example" not in first
    assert "--build-arg npm_config_registry=https://npm.example" in second


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
