"""The overview, and its parts that change while one looks."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, render_template
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from kubeyard_client.messages.applications import Application, ApplicationPage, ApplicationQuery
from kubeyard_client.messages.environments import Environment, EnvironmentList

from kubeyard_web.applications.listing import STARTING
from kubeyard_web.applications.reasons import reason
from kubeyard_web.backend.client import api, cluster
from kubeyard_web.backend.known import Known, ask
from kubeyard_web.environments.views import build_url

blueprint = Blueprint("overview", __name__)
SHOWN_APPLICATIONS = 6
SHOWN_WAITING = 5
SHOWN_BUILDS = 5
NEVER = datetime.min.replace(tzinfo=UTC)


def _my_applications() -> Known[ApplicationPage]:
    query = ApplicationQuery(owner=current_user.name, limit=SHOWN_APPLICATIONS)
    return ask("overview applications", lambda: api().list_applications(query))


def _waiting() -> Sequence[Application]:
    query = ApplicationQuery(state=STARTING, sort="started_at", limit=SHOWN_WAITING)
    known = ask("overview waiting", lambda: api().list_applications(query))
    return known.value.applications if known.value else ()


def recent_builds(environments: EnvironmentList | None) -> list[Environment]:
    """Return the environments whose builds changed last, the newest first."""
    found = environments.environments if environments else ()
    built = [one for one in found if one.latest_build and one.owner == current_user.name]
    built.sort(key=lambda one: one.latest_build.created_at if one.latest_build else NEVER, reverse=True)
    return built[:SHOWN_BUILDS]


@blueprint.get("/")
def page() -> str:
    """Everything at a glance."""
    return render_template("overview/page.html", **_cluster_facts(), **_work_facts(), **_build_facts())


@blueprint.get("/overview/cluster")
def cluster_part() -> str:
    """What the cluster has and uses, queue by queue and node by node."""
    return render_template("overview/_cluster.html", **_cluster_facts())


@blueprint.get("/overview/work")
def work_part() -> str:
    """What waits, the visitor's kernels and applications."""
    return render_template("overview/_work.html", **_work_facts())


@blueprint.get("/overview/builds")
def builds_part() -> str:
    """The visitor's recent builds."""
    return render_template("overview/_builds.html", **_build_facts())


def _cluster_facts() -> dict[str, object]:
    queues = ask("queues", api().list_queues).value
    nodes = ask("nodes", api().list_nodes).value
    leaves = [queue for queue in queues.queues if queue.is_leaf] if queues else []
    return {"known": cluster(), "queues": leaves, "nodes": nodes.nodes if nodes else ()}


def _work_facts() -> dict[str, object]:
    kernels = ask("kernels", api().list_kernels)
    mine = [one for one in kernels.value.kernels if one.owner == current_user.name] if kernels.value else []
    return {
        "kernels": kernels,
        "my_kernels": mine,
        "applications": _my_applications(),
        "waiting": _waiting(),
        "reason": reason,
    }


def _build_facts() -> dict[str, object]:
    environments = ask("environments", api().list_environments)
    return {"environments": environments, "builds": recent_builds(environments.value), "build_url": build_url}
