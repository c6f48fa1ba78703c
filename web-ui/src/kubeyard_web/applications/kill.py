"""Ending applications: one or several, named and confirmed first, each with its own result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.applications import KillRequest
from kubeyard_client.messages.errors import ErrorCode

from kubeyard_web.backend.answers import done, is_fragment
from kubeyard_web.backend.client import api

blueprint = Blueprint("application_kill", __name__, url_prefix="/applications")
MOST_AT_ONCE = 100
Done = TypeVar("Done")


@dataclass(frozen=True)
class Outcome:
    """What became of one application that was to be killed."""

    id: str
    name: str
    is_accepted: bool
    message: str
    is_absent: bool = False


@blueprint.get("/kill")
def confirm() -> str:
    """Name what is to be killed and what follows from it."""
    chosen = _each(lambda application_id: api().show_application(application_id))
    template = "applications/_kill.html" if is_fragment() else "applications/kill.html"
    return render_template(template, chosen=chosen)


@blueprint.post("/kill")
def kill() -> ResponseReturnValue:
    """Ask YARN to end each of them, and tell what it said of each."""
    outcomes = _each(_kill)
    if len(outcomes) == 1 and outcomes[0].is_accepted:
        message = f"{outcomes[0].name} is being killed. It shows Killed as soon as YARN confirms."
        return done(message, "success", url_for("applications.detail", application_id=outcomes[0].id))
    template = "applications/_killed.html" if is_fragment() else "applications/killed.html"
    return render_template(template, outcomes=outcomes)


def _ids() -> list[str]:
    ids = [application_id for application_id in dict.fromkeys(request.values.getlist("id")) if application_id]
    if not ids or len(ids) > MOST_AT_ONCE:
        abort(400)
    return ids


def _each(call: Callable[[str], Done]) -> list[Done | Outcome]:
    """Call it for each that was chosen; what fails is told beside the others, what is absent alone is not."""
    results: list[Done | Outcome] = []
    for application_id in _ids():
        try:
            results.append(call(application_id))
        except ApiError as error:
            is_absent = error.code == ErrorCode.NOT_FOUND
            results.append(Outcome(application_id, application_id, False, error.detail, is_absent))
    if all(isinstance(result, Outcome) and result.is_absent for result in results):
        abort(404)
    return results


def _kill(application_id: str) -> Outcome:
    killed = api().kill_application(application_id, KillRequest())
    return Outcome(killed.id, killed.name, True, "Killing… YARN confirms in a moment.")
