"""An upgrade, and the way back, while a user is in the middle of a cell: nobody notices."""

import json

import pytest
from browser.lab_page import LabPage
from playwright.sync_api import expect

from .load import steady_load
from .release import RELEASE, Release

pytestmark = [pytest.mark.cluster, pytest.mark.daemons, pytest.mark.browser, pytest.mark.timeout(1500)]
COUNTING_SECONDS = 100
COUNTING = f"""
import time
for second in range({COUNTING_SECONDS}):
    print('second', second, flush=True)
    time.sleep(1)
print('counted', 'to', 'the end')
"""
PER_SECOND = 20


def ids(release: Release, *components: str) -> dict[str, set[str]]:
    return {component: release.namespace.pod_ids(component) for component in components}


def test_upgrade_is_noticed_by_nobody(release: Release, lab: LabPage) -> None:
    before = ids(release, "web-ui", "hub", "proxy", "lab")
    output = lab.run(COUNTING)
    expect(output).to_contain_text("second 1", timeout=30_000)
    with steady_load(f"{release.web_url}/login", PER_SECOND) as load:
        release.install(
            webUI={"extraEnv": {"NEWER": "1"}},
            hub={"url": release.hub_url, "extraEnv": {"NEWER": "1"}},
        )
    after = ids(release, "web-ui", "hub", "proxy", "lab")
    assert after["web-ui"].isdisjoint(before["web-ui"])
    assert after["hub"].isdisjoint(before["hub"])
    assert (after["proxy"], after["lab"]) == (before["proxy"], before["lab"])
    assert load.sent > PER_SECOND * 3
    assert not load.failures, load.failures
    expect(output).to_contain_text("counted to the end", timeout=(COUNTING_SECONDS + 30) * 1000)
    text = output.inner_text()
    assert [number for number in range(COUNTING_SECONDS) if f"second {number}\n" not in text] == []


def test_rollback_brings_the_earlier_release_back(release: Release, lab: LabPage) -> None:
    before = ids(release, "proxy", "lab")
    with steady_load(f"{release.web_url}/login", PER_SECOND) as load:
        release.namespace.helm("rollback", RELEASE, "--wait", "--timeout", "300s")
    assert not load.failures, load.failures
    assert ids(release, "proxy", "lab") == before
    deployed = release.namespace.kubectl("get", "deployment", f"{RELEASE}-hub", "-o", "yaml")
    assert "NEWER" not in deployed
    expect(lab.run("print('still', 'here', second)")).to_contain_text("still here 99", timeout=30_000)


def test_keys_are_the_same_after_all_of_it(release: Release) -> None:
    """Otherwise everybody would be logged out, and the edge node would refuse them."""
    history = json.loads(release.namespace.helm("history", RELEASE, "-o", "json"))
    assert len(history) >= 3
    kid = json.loads(release.public_keys())["keys"][0]["kid"]
    assert kid in (release.edge.folder / "jwks.json").read_text()
