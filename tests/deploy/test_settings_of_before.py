"""Which settings an install by `deployment_k8s.sh` takes over from the one before."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it carries no types
from harness.scripts import install_program

from .stand_ins import HELM, KUBECTL, deploy

Edge = dict[str, Any]
GETENT = """case $2 in
  edge1.example) echo "10.0.0.7  STREAM edge1.example" ;;
  edge2.example) echo "10.0.0.8  STREAM edge2.example" ;;
  *) exit 2 ;;
esac"""
# Keeps what it is given to render: the files in their order, and the single settings.
RENDERING = """  *" template "*)
    number=10
    while (($#)); do
      case $1 in
        --values) cp "$2" "FOLDER/$((number++)).yaml" ;;
        --set*) printf '%s\\n' "$2" >>"FOLDER/single" ;;
      esac
      shift
    done ;;
"""


class Cluster:
    """One with a release of these settings, or with none."""

    def __init__(self, programs: Path, folder: Path, settings: dict[str, Any] | None) -> None:
        self.programs = programs
        self.rendered = folder / "rendered"
        self.rendered.mkdir()
        stored = folder / "stored.yaml"
        stored.write_text(yaml.safe_dump(settings))
        (programs / "getent").unlink()
        install_program(programs, "getent", GETENT)
        install_program(programs, "kubectl", KUBECTL)
        told = f"cat {stored}" if settings is not None else "echo 'Error: release: not found' >&2; exit 1"
        listed = "" if settings is not None else '*" list "*) echo "[]" ;;'
        rendering = RENDERING.replace("FOLDER", str(self.rendered))
        own = f'case "$*" in\n  *" get values "*) {told} ;;\n  {listed}\n{rendering}'
        install_program(programs, "helm", HELM.replace('case "$*" in\n', own))

    def edge(self, *words: str) -> Edge:
        """What the chart is told of the edge node by a run with these words: by files, then singly."""
        done = deploy(self.programs, *words, "--check")
        assert done.returncode == 0, done.stdout + done.stderr
        told: Edge = {}
        for file in sorted(self.rendered.glob("*.yaml")):
            told |= (yaml.safe_load(file.read_text()) or {}).get("edge", {})
        singles = (line.partition("=") for line in (self.rendered / "single").read_text().splitlines())
        return told | {key.removeprefix("edge."): value for key, _, value in singles}


def test_the_same_edge_node_keeps_what_was_set_for_it(programs: Path, tmp_path: Path) -> None:
    cluster = Cluster(programs, tmp_path, {"edge": {"cidr": "10.0.0.0/24", "host": "edge1.example"}})
    assert cluster.edge("edge1.example") == {"host": "edge1.example", "cidr": "10.0.0.0/24"}


@pytest.mark.parametrize(("host", "cidr"), [("edge2.example", "10.0.0.8/32"), ("10.0.0.9", "")])
def test_another_edge_node_is_not_behind_the_address_of_the_one_before(
    programs: Path, tmp_path: Path, host: str, cidr: str
) -> None:
    """Network policies would let nobody reach it. An empty one is the host itself, by the chart."""
    before = {"cidr": "10.0.0.7/32", "host": "edge1.example", "apiPort": 5001}
    cluster = Cluster(programs, tmp_path, {"edge": before})
    assert cluster.edge(host) == {"host": host, "cidr": cidr, "apiPort": 5001}


def test_another_parts_cidr_is_not_the_edge_nodes(programs: Path, tmp_path: Path) -> None:
    others = {"database": {"cidr": "10.1.0.1/32"}, "kubernetesAPI": {"cidr": "10.1.0.2/32"}}
    cluster = Cluster(programs, tmp_path, {**others, "edge": {"host": "10.0.0.9"}})
    assert cluster.edge("edge2.example") == {"host": "edge2.example", "cidr": "10.0.0.8/32"}


@pytest.mark.parametrize("name", ["edge1.example", "nowhere.example"])
def test_a_cidr_of_ones_own_file_counts(programs: Path, tmp_path: Path, name: str) -> None:
    """Whether this machine knows the edge node's name or not."""
    own = tmp_path / "own.yaml"
    own.write_text("edge:\n  cidr: 10.0.0.0/24\n")
    cluster = Cluster(programs, tmp_path, None)
    assert cluster.edge(name, "--values", str(own)) == {"host": name, "cidr": "10.0.0.0/24"}


def test_a_cidr_that_is_set_counts(programs: Path, tmp_path: Path) -> None:
    cluster = Cluster(programs, tmp_path, {"edge": {"cidr": "10.0.0.7/32", "host": "edge1.example"}})
    told = cluster.edge("edge2.example", "--set", "edge.cidr=10.0.0.0/24")
    assert told == {"host": "edge2.example", "cidr": "10.0.0.0/24"}


def test_settings_that_cannot_be_read_are_not_taken_for_none(programs: Path) -> None:
    """An upgrade without them would begin anew: another database, empty, and no way in."""
    lost = "case \"$*\" in *' get values '*) echo 'Error: Unauthorized' >&2; exit 1 ;; esac\n"
    install_program(programs, "kubectl", KUBECTL)
    install_program(programs, "helm", lost + HELM)
    for words in ((), ("--check",), ("--take-over",)):
        done = deploy(programs, "192.0.2.1", "--yes", *words)
        assert done.returncode == 1
        assert "problem  the settings of release kubeyard cannot be read" in done.stdout
        assert "Error: Unauthorized" in done.stdout
        assert done.stderr == "Problem: 1 of the checks above failed. Nothing was changed.\n"


def test_a_helm_that_dies_silently_is_told_too(programs: Path) -> None:
    install_program(programs, "kubectl", KUBECTL)
    install_program(programs, "helm", "case \"$*\" in *' get values '*) exit 137 ;; esac\n" + HELM)
    assert "would be lost: helm gives no reason" in deploy(programs, "192.0.2.1", "--check").stdout
