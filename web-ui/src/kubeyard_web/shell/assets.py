"""Static files by address that changes with their content, compressed and cached for good."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from markupsafe import Markup

SPRITE = "vendor/tabler-icons-3.51.0/icons.svg"
VERSIONED = "vendor/"  # every folder in it is named by its version
COMPRESSED = {".css", ".js", ".svg"}
ONE_YEAR_SECONDS = 31_536_000


@cache
def _content_hash(folder: Path, name: str) -> str:
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]


@cache
def _gzipped(folder: Path, name: str) -> bytes:
    return gzip.compress((folder / name).read_bytes(), compresslevel=9, mtime=0)


def _static_folder() -> Path:
    return Path(str(current_app.static_folder))


def asset(name: str) -> str:
    """Return the address of a static file; it changes when the file does."""
    return url_for("static", filename=name, v=_content_hash(_static_folder(), name))


def icon(name: str, label: str = "") -> Markup:
    """Return an icon of the sprite: decoration unless a label gives it a meaning."""
    address = f"{asset(SPRITE)}#{name}"
    meaning = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}"></use></svg>').format(meaning, address)


def _send_static(response: Response) -> Response:
    """Let browsers keep a hashed address for good, and send text compressed."""
    if request.endpoint != "static" or response.status_code != 200:
        return response
    name = str((request.view_args or {}).get("filename", ""))
    if "v" in request.args or name.startswith(VERSIONED):
        response.cache_control.max_age = ONE_YEAR_SECONDS
        response.cache_control.public = True
        response.cache_control.immutable = True
        response.cache_control.no_cache = None
    if Path(name).suffix in COMPRESSED:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip") > 0 and request.method == "GET":
            response.close()  # the file that would have been sent as it is
            response.direct_passthrough = False
            response.set_data(_gzipped(_static_folder(), name))
            response.content_encoding = "gzip"
    return response


def register_assets(app: Flask) -> None:
    """Give templates `asset` and `icon`, and static files their cache headers."""
    app.add_template_global(asset)
    app.add_template_global(icon)
    app.after_request(_send_static)
