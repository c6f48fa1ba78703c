"""The bill of materials lists what is there, by the names that scanners look up."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DEBIAN = """Package: libssl3
Status: install ok installed
Version: 3.0.17-1~deb12u2
Description: a library
 that says: much

Package: gone
Status: deinstall ok config-files
Version: 1
"""
NPM = {
    "packages": {
        "": {"name": "kubeyard-proxy", "version": "0.1.0"},
        "node_modules/@scope/parser": {"version": "2.0.1", "license": "MIT"},
        "node_modules/proxy/node_modules/deep": {"version": "3.1.0"},
        "node_modules/tester": {"version": "9.0.0", "dev": True},
    }
}


@pytest.fixture
def bill(tmp_path: Path) -> dict[str, Any]:
    """The bill of an image with one of everything."""
    site = tmp_path / "environment/lib/python3.11/site-packages/Some_Package-1.2.dist-info"
    site.mkdir(parents=True)
    (site / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: Some_Package\nVersion: 1.2\nLicense-Expression: MIT\n"
    )
    (tmp_path / "status").write_text(DEBIAN)
    (tmp_path / "lock.json").write_text(json.dumps(NPM))
    options = {"--environment": "environment", "--code": "code", "--debian": "status", "--npm": "lock.json"}
    given = [word for option, name in options.items() for word in (option, str(tmp_path / name))]
    command = [sys.executable, str(ROOT / "images/sbom.py"), "kubeyard/some", "0.1.0", *given]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_bill_lists_python_debian_and_npm_packages(bill: dict[str, Any]) -> None:
    assert {component["purl"] for component in bill["components"]} == {
        "pkg:pypi/some-package@1.2",
        "pkg:deb/debian/libssl3@3.0.17-1~deb12u2",
        "pkg:npm/%40scope/parser@2.0.1",
        "pkg:npm/deep@3.1.0",
    }


def test_the_bill_states_licences_where_they_are_stated(bill: dict[str, Any]) -> None:
    stated = {
        one["name"]: one["licenses"][0]["license"]["name"] for one in bill["components"] if "licenses" in one
    }
    assert stated == {"some-package": "MIT", "parser": "MIT"}


def test_the_bill_is_of_the_image(bill: dict[str, Any]) -> None:
    assert bill["bomFormat"] == "CycloneDX"
    about = bill["metadata"]["component"]
    assert (about["type"], about["name"], about["version"]) == ("container", "kubeyard/some", "0.1.0")
