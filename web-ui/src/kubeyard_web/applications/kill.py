"""Ending applications: one or several, named and confirmed first, each with its own result."""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.applications import Application, KillRequest
from kubeyard_client.messages.errors import ErrorCode

from kubeyard_web.backend.answers import done, is_fragment
from kubeyard_web.backend.client import api

blueprint = Blueprint("application_kill", __name__, url_prefix="/applications")
MOST_AT_ONCE = 100
WHO_MAY = "Only the owner of an application and administrators may kill it."


@dataclass(frozen=True)
class Outcome:
    """What became of one application that was to be killed."""

    id: str
    name: str
    is_accepted: bool
    message: str


@blueprint.get("/kill")
def confirm() -> str:
    """Name what is to be killed and what follows from it."""
    chosen = [_shown(application_id) for application_id in _ids()]
    template = "applications/_kill.html" if is_fragment() else "applications/kill.html"
    return render_template(template, chosen=chosen, who_may=WHO_MAY)


@blueprint.post("/kill")
def kill() -> ResponseReturnValue:
    """Ask YARN to end each of them, and tell what it said of each."""
    outcomes = [_kill(application_id) for application_id in _ids()]
    if len(outcomes) == 1 and outcomes[0].is_accepted:
        message = f"{outcomes[0].name} is being killed. It shows Killed as soon as YARN confirms."
        return done(message, "success", url_for("applications.detail", application_id=outcomes[0].id))
    template = "applications/_killed.html" if is_fragment() else "applications/killed.html"
    return render_template(template, outcomes=outcomes)


def _ids() -> list[str]:
    ids = list(dict.fromkeys(request.values.getlist("id")))
    if not ids or len(ids) > MOST_AT_ONCE:
        abort(400)
    return ids


def _shown(application_id: str) -> Application | Outcome:
    try:
        return api().show_application(application_id)
    except ApiError as error:
        return Outcome(application_id, application_id, False, _refusal(error))


def _kill(application_id: str) -> Outcome:
    try:
        killed = api().kill_application(application_id, KillRequest())
    except ApiError as error:
        return Outcome(application_id, application_id, False, _refusal(error))
    return Outcome(killed.id, killed.name, True, "Killing… YARN confirms in a moment.")


def _refusal(error: ApiError) -> str:
    if error.code in (ErrorCode.FORBIDDEN, ErrorCode.NOT_FOUND):
        return f"Refused: {WHO_MAY}"
    return error.detail
