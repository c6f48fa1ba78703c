"""The life of a release under `deployment_k8s.sh`: install, keys, backup, uninstall, restore."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from harness.waiting import wait_until

from .script import NOWHERE, Script

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
ACCOUNTS = """
import sqlite3
print(sqlite3.connect("/var/lib/kubeyard/web.sqlite").execute("SELECT * FROM users ORDER BY 1").fetchall())
"""


@pytest.fixture(scope="module")
def release(shared_script: Script) -> Script:
    """A release without an edge node, which it can do without for a while."""
    said = shared_script.succeed(NOWHERE, "--yes", "--edge-later", "--set", "webUI.demo=true")
    assert re.search(r"\d+\.\d s  kubeyard-web-ui-\S+: Started: ", said), said
    assert "Kubeyard is ready, " in said
    return shared_script


def key_ids(script: Script) -> list[str]:
    return [key["kid"] for key in json.loads(script.succeed("keys"))["keys"]]


def secret(script: Script, name: str) -> dict[str, str]:
    found: dict[str, Any] = json.loads(script.kubectl("get", "secret", name, "-o", "json"))
    data: dict[str, str] = found["data"]
    return data


def test_an_install_says_what_comes_next(release: Script) -> None:
    """Run once more with the address alone: the settings of before stay, and so do the keys."""
    before = secret(release, "kubeyard-keys"), key_ids(release)
    said = release.succeed(NOWHERE, "--yes", "--edge-later")
    forward = f"kubectl --context {release.context} -n {release.namespace} port-forward service/kubeyard"
    assert f"{forward}-web-ui 5000:5000" in said
    assert f"{forward}-proxy-public 8000:8000" in said
    assert (
        f"bash deployment_k8s.sh keys --context {release.context} --namespace {release.namespace} | ssh"
        in said
    )
    assert "WARNING: the demo accounts Guest/guest and Admin/admin are open" in said
    assert (secret(release, "kubeyard-keys"), key_ids(release)) == before


def test_status_names_every_part_and_the_edge_that_is_away(release: Script) -> None:
    said = release.succeed("status")
    assert re.search(
        r"release kubeyard in namespace \S+, context \S+: deployed, revision \d+, kubeyard-0\.1\.0", said
    )
    for part in ("web-ui", "hub", "proxy"):
        assert re.search(rf"^kubeyard-{part}-\S+ +true +0 +Running", said, re.M), said
    assert re.search(r"^  kubeyard-hub +Bound", said, re.M)
    assert "Edge node: does not answer the web UI: " in said


def test_keys_are_handed_over_before_they_sign(release: Script, tmp_path: Path) -> None:
    (old,) = key_ids(release)
    given = tmp_path / "jwks.json"
    said = release.succeed("rotate-keys", "--yes", "--edge-command", f"cat >{given}")
    handed_over = [key["kid"] for key in json.loads(given.read_text())["keys"]]
    assert handed_over[0] == old
    new = handed_over[1]
    assert key_ids(release) == [new, old]
    served = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:5000/jwks.json').read().decode())"
    assert [key["kid"] for key in json.loads(release.in_pod("web-ui", served))["keys"]] == [new, old]
    assert said.index("the edge node has it") < said.index("the next key is in use")
    again = release.run("rotate-keys", "--finish", "--yes")
    assert (again.returncode, key_ids(release)) == (1, [new, old])
    assert "Problem: No next key waits: it signs already, or was never made." in again.stderr


def test_keys_that_the_edge_refuses_are_not_used(release: Script) -> None:
    before = key_ids(release)
    done = release.run("rotate-keys", "--yes", "--edge-command", "exit 3")
    assert done.returncode == 1
    assert "The edge node did not take the keys. The key in use is still the old one." in done.stderr
    assert key_ids(release)[: len(before)] == before


def test_a_backup_brings_everything_back_into_an_empty_cluster(release: Script, tmp_path: Path) -> None:
    file = tmp_path / "kubeyard.tar.gz"
    before = release.in_pod("web-ui", ACCOUNTS), secret(release, "kubeyard-keys"), key_ids(release)
    assert "'guest'" in before[0]
    release.succeed("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"Problem: {file} is there already." in release.run("backup", str(file)).stderr
    release.kubectl("delete", "namespace", release.namespace, "--wait=true")
    said = release.succeed("restore", str(file), "--yes")
    assert "database of web-ui is back, and in use" in said
    assert "database of hub is back, and in use" in said
    assert (release.in_pod("web-ui", ACCOUNTS), secret(release, "kubeyard-keys"), key_ids(release)) == before


def test_a_file_that_is_no_backup_changes_nothing(release: Script, tmp_path: Path) -> None:
    file = tmp_path / "some.tar.gz"
    file.write_text("something else")
    before = release.objects("deployments")[0]["metadata"]["generation"]
    done = release.run("restore", str(file), "--yes")
    assert done.returncode == 1
    assert f"Problem: {file} is no backup that this script wrote: " in done.stderr
    assert release.objects("deployments")[0]["metadata"]["generation"] == before


def test_uninstalling_keeps_volumes_and_keys(release: Script) -> None:
    """And an install by the same name finds them: accounts and keys. Last of all in this file."""
    before = release.in_pod("web-ui", ACCOUNTS), secret(release, "kubeyard-keys"), key_ids(release)
    said = release.succeed("uninstall", "--yes")
    for kept in (
        "persistentvolumeclaim/kubeyard-web-ui",
        "persistentvolumeclaim/kubeyard-hub",
        "secret/kubeyard-keys",
    ):
        assert f"  {kept}\n" in said
    assert "Problem: There is no release kubeyard" in release.run("status").stderr
    wait_until(lambda: not release.objects("pods"), "all pods to be gone", 120)
    release.succeed(NOWHERE, "--yes", "--edge-later", "--set", "webUI.demo=true")
    assert (release.in_pod("web-ui", ACCOUNTS), secret(release, "kubeyard-keys"), key_ids(release)) == before
