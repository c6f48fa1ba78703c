"""Write the software bill of materials of the image that is being built, as CycloneDX on standard output.

    sbom.py NAME VERSION [--environment FOLDER] [--code FOLDER] [--debian STATUS] [--npm PACKAGE_LOCK]

It lists what is really there: the distributions of the virtual environment, our own packages, the Debian
packages of the base image, and for the proxy what its npm lock names.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

SITE = "lib/python3.11/site-packages"


def main() -> None:
    """Read where things are from the arguments, and print the bill."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name")
    parser.add_argument("version")
    parser.add_argument("--environment", type=Path, default=Path("/opt/kubeyard"))
    parser.add_argument("--code", type=Path, default=Path("/opt/image/opt/kubeyard"))
    parser.add_argument("--debian", type=Path, default=Path("/var/lib/dpkg/status"))
    parser.add_argument("--npm", type=Path)
    asked = parser.parse_args()
    found = [
        *python_packages([asked.environment / SITE, asked.code / SITE]),
        *debian_packages(asked.debian),
        *(npm_packages(asked.npm) if asked.npm else ()),
    ]
    sys.stdout.write(bill(asked.name, asked.version, found) + "\n")


def bill(name: str, version: str, found: list[Component]) -> str:
    """The document, its components sorted, so that two builds of the same can be compared."""
    bom = Bom(components=found)
    bom.metadata.component = Component(
        name=name, version=version, type=ComponentType.CONTAINER, bom_ref=f"{name}:{version}"
    )
    outputter = make_outputter(bom, output_format=OutputFormat.JSON, schema_version=SchemaVersion.V1_6)
    return outputter.output_as_string(indent=2)


def component(
    kind: str, name: str, version: str, license_text: str | None = None, space: str | None = None
) -> Component:
    """One library under its package URL, which is what scanners look up."""
    address = PackageURL(type=kind, namespace=space, name=name, version=version)
    licenses = [DisjunctiveLicense(name=license_text)] if license_text else []
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=address,
        bom_ref=str(address),
        licenses=licenses,
    )


def python_packages(folders: list[Path]) -> Iterator[Component]:
    """What is installed in these folders."""
    for one in distributions(path=[str(folder) for folder in folders]):
        yield component("pypi", _normal(one.name), one.version, _license(one))


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _license(one: Distribution) -> str | None:
    """What its metadata state in a few words; some put the licence's whole text there."""
    for field in ("License-Expression", "License"):
        if field in one.metadata and len(stated := one.metadata[field]) < 80 and "\n" not in stated:
            return stated
    return None


def debian_packages(status: Path) -> Iterator[Component]:
    """What dpkg's own list says is installed."""
    for paragraph in status.read_text("utf-8").split("\n\n"):
        fields = dict(
            line.split(": ", 1)
            for line in paragraph.splitlines()
            if ": " in line and not line.startswith(" ")
        )
        if fields.get("Status", "").endswith(" installed"):
            yield component("deb", fields["Package"], fields["Version"], space="debian")


def npm_packages(lock: Path) -> Iterator[Component]:
    """What npm installs out of its lock, without what only development needs."""
    for path, package in json.loads(lock.read_text("utf-8"))["packages"].items():
        if path and not package.get("dev"):
            name = path.rpartition("node_modules/")[2]
            scope, _, plain = name.rpartition("/")
            yield component("npm", plain, package["version"], package.get("license"), scope or None)


if __name__ == "__main__":
    main()
