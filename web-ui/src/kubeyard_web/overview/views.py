"""The overview, and its parts that change while one looks."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, abort, render_template
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from kubeyard_client.messages.applications import ApplicationQuery
from kubeyard_client.messages.environments import Environment, EnvironmentList

from kubeyard_web.applications.listing import STARTING
from kubeyard_web.backend.client import api, cluster
from kubeyard_web.backend.known import ask
from kubeyard_web.environments.views import build_url
from kubeyard_web.overview.history import history_facts

blueprint = Blueprint("overview", __name__)
SHOWN_APPLICATIONS = 6
SHOWN_WAITING = 5
SHOWN_BUILDS = 5
NEVER = datetime.min.replace(tzinfo=UTC)


def recent_builds(environments: EnvironmentList | None) -> list[Environment]:
    """Return the environments whose builds changed last, the newest first."""
    found = environments.environments if environments else ()
    built = [one for one in found if one.latest_build and one.owner == current_user.name]
    built.sort(key=lambda one: one.latest_build.created_at if one.latest_build else NEVER, reverse=True)
    return built[:SHOWN_BUILDS]


@blueprint.get("/")
def page() -> str:
    """Everything at a glance."""
    facts = {name: fact for part in PARTS.values() for name, fact in part().items()}
    return render_template("overview/page.html", **facts)


@blueprint.get("/overview/<name>")
def part(name: str) -> str:
    """One part of the overview, for a page that is open."""
    if name not in PARTS:
        abort(404)
    return render_template(f"overview/_{name}.html", **PARTS[name]())


def _cluster_facts() -> dict[str, object]:
    return {"known": cluster()}


def _capacity_facts() -> dict[str, object]:
    queues = ask("queues", api().list_queues).value
    nodes = ask("nodes", api().list_nodes).value
    leaves = [queue for queue in queues.queues if queue.is_leaf] if queues else []
    return {"known": cluster(), "queues": leaves, "nodes": nodes.nodes if nodes else ()}


def _waiting_facts() -> dict[str, object]:
    query = ApplicationQuery(state=STARTING, sort="started_at", limit=SHOWN_WAITING)
    known = ask("overview waiting", lambda: api().list_applications(query))
    return {"waiting": known.value.applications if known.value else ()}


def _kernel_facts() -> dict[str, object]:
    kernels = ask("kernels", api().list_kernels)
    found = kernels.value.kernels if kernels.value else ()
    return {
        "kernels": kernels,
        "my_kernels": [kernel for kernel in found if kernel.owner == current_user.name],
    }


def _application_facts() -> dict[str, object]:
    query = ApplicationQuery(owner=current_user.name, limit=SHOWN_APPLICATIONS)
    return {"applications": ask("overview applications", lambda: api().list_applications(query))}


def _build_facts() -> dict[str, object]:
    environments = ask("environments", api().list_environments)
    return {"environments": environments, "builds": recent_builds(environments.value), "build_url": build_url}


PARTS: dict[str, Callable[[], dict[str, object]]] = {
    "cluster": _cluster_facts,
    "history": history_facts,
    "capacity": _capacity_facts,
    "waiting": _waiting_facts,
    "kernels": _kernel_facts,
    "applications": _application_facts,
    "builds": _build_facts,
}
