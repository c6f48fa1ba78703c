"""The list of applications and the page of one."""

from flask import Blueprint, render_template, request

from kubeyard_web.applications.listing import FILTERS, Listing
from kubeyard_web.backend.client import api
from kubeyard_web.backend.known import ask

blueprint = Blueprint("applications", __name__, url_prefix="/applications")


def _list(template: str) -> str:
    listing = Listing.of(request.args)
    known = ask(listing.url(), lambda: api().list_applications(listing.query))
    return render_template(template, listing=listing, known=known, filters=FILTERS)


@blueprint.get("")
def page() -> str:
    """The applications that the visitor may see."""
    return _list("applications/page.html")


@blueprint.get("/list")
def partial() -> str:
    """The list alone, for a page that is open."""
    return _list("applications/_list.html")


def _one(application_id: str, template: str) -> str:
    known = ask(f"application {application_id}", lambda: api().show_application(application_id))
    return render_template(template, application_id=application_id, known=known)


@blueprint.get("/<application_id>")
def detail(application_id: str) -> str:
    """One application: its facts and why it is as it is. Its logs come after, since YARN may be slow."""
    return _one(application_id, "applications/detail.html")


@blueprint.get("/<application_id>/facts")
def facts(application_id: str) -> str:
    """The facts alone, for a page that is open."""
    return _one(application_id, "applications/_facts.html")
