"""The Dockerfiles: a service's own packages out of its own lock, an account without rights, no address."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The image's Dockerfile, its lock, and the one of our packages that it is for.
IMAGES = {
    "web-ui": ("web-ui/Dockerfile", "web-ui", "web-ui"),
    "hub": ("kubernetes/hub/Dockerfile", "hub", "kubernetes/hub"),
    "lab": ("kubernetes/lab/Dockerfile", "lab", "kubernetes/lab"),
    "api-server": ("api-server/Dockerfile", "api-server", "api-server"),
    "gateway": ("yarn/gateway/Dockerfile", "gateway", "yarn/gateway"),
}
FOLDERS = {
    "kubeyard-client": "api-server/client",
    "kubeyard-identity": "yarn/identity",
    "kubeyard-kernelspecs": "yarn/kernelspecs",
    "kubeyard-yarn": "yarn/client",
}
ALL = {
    **{name: ROOT / each[0] for name, each in IMAGES.items()},
    "proxy": ROOT / "kubernetes/hub/proxy/Dockerfile",
}


def own_packages(folder: str) -> set[str]:
    """The folders of a package of ours and of all of ours that it needs."""
    needed = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]["dependencies"]
    ours = {FOLDERS[name] for name in needed if name in FOLDERS}
    return {folder}.union(*(own_packages(each) for each in ours))


def final_stage(text: str) -> str:
    return text[text.rindex("\nFROM ") :]


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_has_its_lock_and_all_of_our_packages_that_it_needs(name: str) -> None:
    dockerfile, lock, package = IMAGES[name]
    text = (ROOT / dockerfile).read_text()
    assert re.findall(r"install\.sh dependencies (\S+)", text) == [f"locks/{lock}.txt"]
    installed = re.search(r"install\.sh code (.*)", text)
    assert installed is not None
    assert own_packages(package) <= set(installed[1].split())


@pytest.mark.parametrize("name", ALL)
def test_an_image_runs_as_an_account_without_rights(name: str) -> None:
    assert re.findall(r"^USER (.*)$", ALL[name].read_text(), re.M) == ["10001:10001"]


@pytest.mark.parametrize("name", ALL)
def test_an_image_says_what_it_is_and_of_what_version(name: str) -> None:
    text = ALL[name].read_text()
    for label in ("title", "description", "licenses", "version", "revision"):
        assert f"org.opencontainers.image.{label}=" in final_stage(text)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert set(re.findall(r"^ARG VERSION=(.*)$", text, re.M)) == {version}


@pytest.mark.parametrize("name", ALL)
def test_an_image_carries_its_bill_of_materials(name: str) -> None:
    text = ALL[name].read_text()
    assert f"install.sh sbom kubeyard/{name} " in text
    assert "/opt/sbom.cdx.json /usr/share/doc/kubeyard/" in final_stage(text)


@pytest.mark.parametrize("name", ALL)
def test_every_base_can_be_another(name: str) -> None:
    """A mirror's, or one named by its digest: no stage starts from a fixed image or a registry's address."""
    text = ALL[name].read_text()
    stages = set(re.findall(r" AS (\S+)$", text, re.M))
    for base in re.findall(r"^FROM (\S+)", text, re.M):
        assert base in stages or base in ("${PYTHON_IMAGE}", "${NODE_IMAGE}")
    for default in re.findall(r"^ARG \w+_IMAGE=(\S+)$", text, re.M):
        assert "/" not in default


@pytest.mark.parametrize("name", ALL)
def test_what_builds_an_image_stays_out_of_it(name: str) -> None:
    """No package index, no build tool and no source in the stage that becomes the image."""
    last = final_stage(ALL[name].read_text())
    assert "INDEX_URL" not in last
    assert "/opt/tools" not in last
    copied = set(re.findall(r"^COPY (\S+)", last, re.M))
    assert {each for each in copied if not each.startswith("--from=")} <= {
        "images/install.sh",
        "kubernetes/hub/proxy/serve.sh",
    }


def test_everything_that_is_copied_is_sent_to_the_builder() -> None:
    """The list of what is sent names folders; whatever a Dockerfile copies lies in one of them."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    sent = [line[1:] for line in lines if line.startswith("!")]
    for text in (path.read_text() for path in ALL.values()):
        for copied in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.M):
            for source in copied.split():
                assert any(Path(source).match(each) or source.split("/")[0] == each for each in sent), source
                assert (ROOT / source).exists(), source
