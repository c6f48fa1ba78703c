"""Fetch the browser's third-party files with npm and check them against the hashes in assets.toml.

npm resolves the packages through whatever registry the machine is set to use; the hash decides.
"""

import base64
import hashlib
import re
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TARGET = HERE.parent / "src" / "kubeyard_web" / "static" / "vendor"
FETCH_TIMEOUT_SECONDS = 300


def fetch(package: dict[str, Any], folder: Path) -> Path:
    """Return the package's tarball, refused unless its hash is the one written down."""
    wanted = f"{package['npm']}@{package['version']}"
    command = ["npm", "pack", wanted, "--silent", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, timeout=FETCH_TIMEOUT_SECONDS, stdout=subprocess.DEVNULL)
    (tarball,) = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package["integrity"]:
        raise SystemExit(f"{wanted}: its hash is sha512-{digest}, not the one in assets.toml; not written.")
    return tarball


def read(archive: tarfile.TarFile, path: str) -> bytes:
    """Return one file of an npm tarball, whose files all lie under package/."""
    member = archive.extractfile(f"package/{path}")
    if member is None:
        raise SystemExit(f"{path} is not a file of this package.")
    return member.read()


def sprite(archive: tarfile.TarFile, icons: list[str]) -> str:
    """Return one SVG with a <symbol> for each icon."""
    symbols = []
    for icon in icons:
        drawing = read(archive, f"icons/outline/{icon}.svg").decode()
        paths = [path for path in re.findall(r"<path [^>]*/>", drawing) if 'stroke="none"' not in path]
        symbols.append(f'<symbol id="{icon}" viewBox="0 0 24 24">{"".join(paths)}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def place(package: dict[str, Any], tarball: Path) -> None:
    """Write the wanted files of a package into its folder under static/vendor."""
    folder = TARGET / f"{package['name']}-{package['version']}"
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(tarball) as archive:
        for path in package["files"]:
            (folder / Path(path).name).write_bytes(read(archive, path))
        if "sprite" in package:
            (folder / "icons.svg").write_text(sprite(archive, package["sprite"]))
    if package.get("licence") == "MIT":
        (folder / "LICENSE").write_text((HERE / "MIT.txt").read_text().format_map(package))


def main() -> None:
    """Fetch and lay down every package of assets.toml."""
    for package in tomllib.loads((HERE / "assets.toml").read_text())["package"]:
        with tempfile.TemporaryDirectory() as folder:
            place(package, fetch(package, Path(folder)))


if __name__ == "__main__":
    main()
