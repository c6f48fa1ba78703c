"""Where the Hub's proxy serves a Lab, and what within it somebody wants to see."""

from urllib.parse import urlencode

from flask import request
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types

from kubeyard_web.access import same_site
from kubeyard_web.services import services

_WITHOUT_LOGIN = "/hub/user-redirect/lab"


def wanted_path() -> str:
    """The path below one's own Lab that the visitor asked for; empty for its first page."""
    path = same_site(request.values.get("next", ""))
    ours = (f"/user/{current_user.name}/", f"/hub/user/{current_user.name}/", "/hub/user-redirect/")
    return path if path.startswith(ours) and ".." not in path.split("/") else ""


def lab_address(path: str) -> str:
    """The address of one's own running Lab."""
    return services().settings.hub_url + (path or _WITHOUT_LOGIN)


def login_address(path: str) -> str:
    """Where the Hub gets to know this person, and leads back to us."""
    query = "?" + urlencode({"next": path}) if path else ""
    return f"{services().settings.hub_url}/hub/spawn{query}"
