"""images/Dockerfile: a service's own packages out of its own lock, an account without rights, no address."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "images/Dockerfile").read_text()
# The one of our packages that a Python image is for. Its target and its lock have the image's name.
PACKAGES = {
    "web-ui": "web-ui",
    "hub": "kubernetes/hub",
    "lab": "kubernetes/lab",
    "api-server": "api-server",
    "gateway": "yarn/gateway",
}
IMAGES = [*PACKAGES, "proxy"]
FOLDERS = {
    "kubeyard-client": "api-server/client",
    "kubeyard-identity": "yarn/identity",
    "kubeyard-kernelspecs": "yarn/kernelspecs",
    "kubeyard-yarn": "yarn/client",
}


def stages() -> Iterator[tuple[str, str, str]]:
    """Each stage's name, what it starts from, and its instructions."""
    for text in re.split(r"^FROM ", DOCKERFILE, flags=re.M)[1:]:
        first, _, instructions = text.partition("\n")
        base, name = first.split(" AS ")
        yield name, base, instructions


BASES = {name: base for name, base, _ in stages()}
INSTRUCTIONS = {name: instructions for name, _, instructions in stages()}


def lineage(stage: str) -> list[str]:
    """The stages that an image consists of, the first one first."""
    return [*lineage(BASES[stage]), stage] if stage in BASES else []


def content(image: str) -> str:
    """All instructions that an image consists of."""
    return "".join(INSTRUCTIONS[stage] for stage in lineage(image))


def own_packages(folder: str) -> set[str]:
    """The folders of a package of ours and of all of ours that it needs."""
    needed = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]["dependencies"]
    ours = {FOLDERS[name] for name in needed if name in FOLDERS}
    return {folder}.union(*(own_packages(each) for each in ours))


@pytest.mark.parametrize("name", PACKAGES)
def test_an_image_has_its_lock_and_all_of_our_packages_that_it_needs(name: str) -> None:
    built = content(f"{name}-code")
    assert re.findall(r"install\.sh dependencies (\S+)", built) == [f"locks/{name}.txt"]
    installed = re.search(r"install\.sh code ([^&\n]*)", built)
    assert installed is not None
    assert own_packages(PACKAGES[name]) <= set(installed[1].split())


@pytest.mark.parametrize("name", PACKAGES)
def test_our_code_is_a_layer_on_top_of_what_it_needs(name: str) -> None:
    """What changes most comes last, after what is as large and stays."""
    assert re.findall(r"^COPY (.*)$", INSTRUCTIONS[name], re.M) == [
        f"--from={name}-dependencies /opt/kubeyard /opt/kubeyard",
        f"--from={name}-code /opt/image /",
    ]


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_runs_as_an_account_without_rights(name: str) -> None:
    assert re.findall(r"^USER (.*)$", content(name), re.M) == ["10001:10001"]


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_says_what_it_is(name: str) -> None:
    for label in ("title", "description", "licenses"):
        assert content(name).count(f"org.opencontainers.image.{label}=") == 1


def test_an_image_is_of_the_tree_s_version_unless_another_is_given() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.findall(r"^ARG VERSION=(.*)$", DOCKERFILE, re.M) == [version]


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_carries_its_bill_of_materials(name: str) -> None:
    (source,) = re.findall(r"^COPY --from=(\S+) /opt/image /$", content(name), re.M)
    assert f"install.sh sbom kubeyard/{name} " in content(source)
    assert 'io.kubeyard.sbom="/usr/share/doc/kubeyard/sbom.cdx.json"' in content(name)


def test_every_base_can_be_another() -> None:
    """A mirror's, or one named by its digest: no stage starts from a fixed image or a registry's address."""
    assert {base for base in BASES.values() if base not in BASES} == {"${PYTHON_IMAGE}", "${NODE_IMAGE}"}
    for default in re.findall(r"^ARG \w+_IMAGE=(\S+)$", DOCKERFILE, re.M):
        assert "/" not in default


@pytest.mark.parametrize("name", IMAGES)
def test_what_builds_an_image_stays_out_of_it(name: str) -> None:
    """No package index, no build tool and no source in the stages that become the image."""
    assert not re.search(r"index_url|default_index|registry|/opt/tools", content(name), re.I)
    copied = set(re.findall(r"^COPY (?!--from=)(\S+)", content(name), re.M))
    assert copied <= {"images/account.sh", "kubernetes/hub/proxy/serve.sh"}


def test_everything_that_is_copied_is_sent_to_the_builder() -> None:
    """The list of what is sent names folders; whatever the Dockerfile copies lies in one of them."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    sent = [line[1:] for line in lines if line.startswith("!")]
    for copied in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.M):
        for source in copied.split():
            assert any(Path(source).match(each) or source.split("/")[0] == each for each in sent), source
            assert (ROOT / source).exists(), source
