"""The list of environments, and one of them."""

import re

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.environments import Build, BuildQuery, Environment

from kubeyard_web.backend.answers import done, go, is_fragment
from kubeyard_web.backend.client import api
from kubeyard_web.backend.known import ask
from kubeyard_web.backend.refusals import raise_if_absent

SHOWN_BUILDS = 8
BUILD_ID = re.compile(r"[0-9a-f]{32}")
blueprint = Blueprint("environments", __name__, url_prefix="/environments")


def may_change(environment: Environment) -> bool:
    """Whether to offer the visitor buttons that change it; the API decides whether he may."""
    return bool(current_user.is_admin) or environment.owner == current_user.name


def build_url(build: Build) -> str:
    """Return the address of a build's page."""
    return url_for("builds.page", owner=build.owner, name=build.environment, build_id=build.id)


def _list(template: str) -> str:
    known = ask("environments", api().list_environments)
    found = known.value.environments if known.value else ()
    mine = [environment for environment in found if environment.owner == current_user.name]
    others = [environment for environment in found if environment.owner != current_user.name]
    return render_template(
        template, known=known, mine=mine, others=others, may_change=may_change, build_url=build_url
    )


@blueprint.get("")
def page() -> str:
    """One's own environments, and those of others that one may use."""
    return _list("environments/page.html")


@blueprint.get("/list")
def partial() -> str:
    """The lists alone, for a page that is open."""
    return _list("environments/_list.html")


def _one(owner: str, name: str, template: str) -> str:
    known = ask(f"environment {owner}/{name}", lambda: api().show_environment(owner, name))
    behind = BuildQuery(cursor=_build_id(request.args.get("builds_behind", "")), limit=SHOWN_BUILDS)
    builds = ask(f"builds {owner}/{name} {behind.cursor}", lambda: api().list_builds(owner, name, behind))
    return render_template(
        template,
        owner=owner,
        name=name,
        known=known,
        builds=builds.value,
        builds_behind=behind.cursor,
        may_change=may_change,
        build_url=build_url,
    )


def _build_id(text: str) -> str | None:
    """Return the build that an address names; what it says wrongly is left at its default."""
    return text if BUILD_ID.fullmatch(text) else None


@blueprint.get("/<owner>/<name>")
def detail(owner: str, name: str) -> str:
    """One environment: what is in it, and its last build."""
    return _one(owner, name, "environments/detail.html")


@blueprint.get("/<owner>/<name>/facts")
def facts(owner: str, name: str) -> str:
    """The facts alone, for a page that is open."""
    return _one(owner, name, "environments/_facts.html")


@blueprint.get("/<owner>/<name>/delete")
def confirm_delete(owner: str, name: str) -> str:
    """Name what is to be deleted and what follows from it."""
    environment = api().show_environment(owner, name)
    if not may_change(environment):
        abort(403)
    return _deletion(environment, "")


@blueprint.post("/<owner>/<name>/delete")
def delete(owner: str, name: str) -> ResponseReturnValue:
    """Remove the environment and its kernel."""
    environment = api().show_environment(owner, name)
    try:
        deleted = api().delete_environment(owner, name)
    except ApiError as error:
        return _deletion(environment, error.detail)
    kept = f" Its archive stays: {deleted.reason}" if deleted.archive_kept else ""
    return done(f"Deleted {owner}/{name}.{kept}", "success", url_for("environments.page"))


def _deletion(environment: Environment, problem: str) -> str:
    template = "environments/_delete.html" if is_fragment() else "environments/delete.html"
    return render_template(template, environment=environment, problem=problem)


@blueprint.post("/<owner>/<name>/build")
def rebuild(owner: str, name: str) -> ResponseReturnValue:
    """Build it again and watch."""
    try:
        build = api().build_environment(owner, name)
    except ApiError as error:
        raise_if_absent(error)
        return done(error.detail, "danger", url_for("environments.detail", owner=owner, name=name))
    return go(build_url(build))
