"""How `restore` puts a database back, and what it says where the cluster will not have it."""

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from harness.scripts import install_program

from .stand_ins import HELM, KUBECTL, deploy

PLACEMENT: dict[str, Any] = {
    "nodeSelector": {"disk": "fast"},
    "tolerations": [{"key": "platform", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
    "priorityClassName": "platform",
}
QUOTA = 'Error from server (Forbidden): pods "kubeyard-web-ui-restore" is forbidden: exceeded quota: team'
START = "kubectl scale deployment/kubeyard-web-ui --replicas 1 --context here --namespace kubeyard"


class Cluster:
    """One with a release whose pods have a place of their own, and that refuses what a test names."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.created = folder / "created.json"
        self.asked = folder / "asked"
        self.backup = folder / "kubeyard.tar.gz"
        with tarfile.open(self.backup, "w:gz") as packed:
            packed.add(_unpacked_backup(folder / "backup"), ".")
        install_program(programs, "helm", HELM)

    def restore(self, placement: dict[str, Any], refused: str = "") -> subprocess.CompletedProcess[str]:
        """Run it where each kubectl with these words fails, if any are given."""
        told = {**placement, "containers[0].image": "kubeyard/web-ui:1", 'name=="state"': "kubeyard-web-ui"}
        cases = [
            f"""*"get deployment kubeyard-web-ui "*'{part}'*) printf %s '{_as_kubectl_prints(value)}' ;;"""
            for part, value in told.items()
        ]
        cases.insert(0, f"""*'{refused}'*) echo '{QUOTA}' >&2; exit 1 ;;""" if refused else "")
        cases.append(f"""*" create -f "*loader.json) cp "${{@: -1}}" {self.created} ;;""")
        body = KUBECTL.replace('case "$*" in\n', 'case "$*" in\n' + "\n".join(cases) + "\n")
        install_program(self.programs, "kubectl", f'echo "$*" >>{self.asked}\n{body}')
        return deploy(self.programs, "restore", str(self.backup), "--yes")


def _unpacked_backup(folder: Path) -> Path:
    for part in ("secrets", "databases"):
        (folder / part).mkdir(parents=True)
    (folder / "about").write_text("kubeyard 0.1.0\nrelease kubeyard\nmade 2026-01-01T00:00:00Z\n")
    (folder / "values.yaml").write_text("null\n")
    (folder / "secrets/kubeyard-keys").write_text("web-secret-key: YQ==\n")
    (folder / "databases/web-ui.gz").write_bytes(b"")
    return folder


def _as_kubectl_prints(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@pytest.fixture
def cluster(programs: Path, tmp_path: Path) -> Cluster:
    """A cluster, with a backup of the web UI's database beside it."""
    return Cluster(programs, tmp_path)


def test_a_database_is_put_back_from_where_its_own_pods_may_run(cluster: Cluster) -> None:
    """Elsewhere its volume may be out of reach, or no pod of ours be taken."""
    done = cluster.restore(PLACEMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "database of web-ui is back, and in use" in done.stdout
    pod = json.loads(cluster.created.read_text())["spec"]
    assert {key: pod[key] for key in PLACEMENT} == PLACEMENT
    assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == "kubeyard-web-ui"


def test_a_pod_without_a_place_of_its_own_goes_anywhere(cluster: Cluster) -> None:
    assert cluster.restore({}).returncode == 0
    assert not PLACEMENT.keys() & json.loads(cluster.created.read_text())["spec"].keys()


@pytest.mark.parametrize(
    ("refused", "problem"),
    [
        (" create -f ", "The pod that puts its database back was refused: "),
        ("restore --ignore-not-found", "The pod that puts its database back was refused: "),
        ("restore --grace-period", "The database of web-ui is back, and the pod that put it there cannot be"),
        ("--replicas 1", "The database of web-ui is back, and cannot be used yet: "),
    ],
)
def test_a_refusal_that_leaves_a_part_stopped_says_so(cluster: Cluster, refused: str, problem: str) -> None:
    """With the cluster's own words, and how to start it again."""
    done = cluster.restore(PLACEMENT, refused)
    assert done.returncode == 1
    assert f"Problem: {problem}" in done.stderr
    assert QUOTA in done.stderr
    assert "kubeyard-web-ui is stopped. Mend that and run this again" in done.stderr
    assert START in done.stderr


def test_what_cannot_be_stopped_keeps_its_database(cluster: Cluster) -> None:
    done = cluster.restore(PLACEMENT, "--replicas 0")
    assert done.returncode == 1
    assert f"kubeyard-web-ui cannot be stopped, so its database is as it was: {QUOTA}" in done.stderr
    assert not cluster.created.exists()


def test_nothing_is_stopped_before_all_is_known(cluster: Cluster) -> None:
    done = cluster.restore(PLACEMENT, "-o jsonpath={.spec.template.spec.affinity}")
    assert done.returncode == 1
    assert f"cannot be asked where its database lies, which is as it was: {QUOTA}" in done.stderr
    assert "--replicas" not in cluster.asked.read_text()
