"""Making an environment: the form, and what the API says to it."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from kubeyard_client.errors import ApiError, ApiUnreachable
from kubeyard_client.messages.environments import EnvironmentState, NewEnvironment, PastedText
from kubeyard_client.messages.errors import ErrorCode

from kubeyard_web.backend.answers import go
from kubeyard_web.backend.client import api
from kubeyard_web.backend.known import API_AWAY, ask
from kubeyard_web.environments.form import Form
from kubeyard_web.environments.views import build_url

MAYBE_MADE = (
    "The API server was asked to build this, and its answer did not come. Look among your environments "
    "before you try again;"
)
blueprint = Blueprint("new_environment", __name__, url_prefix="/environments")


def _page(form: Form, status: int = 200) -> ResponseReturnValue:
    seen = ask("queues", api().list_queues)
    known = seen.value
    names = [queue.name for queue in known.queues if queue.is_leaf and queue.is_open] if known else []
    form = form.with_queue(names, known.default_queue if known else "")
    if form.queue not in names:
        names.insert(0, form.queue)
    sparks = ask("sparks", api().list_sparks).value
    return render_template("environments/new.html", form=form, seen=seen, queues=names, sparks=sparks), status


@blueprint.get("/channels")
def channels() -> str:
    """Where conda packages come from, and what of it is out of reach."""
    return render_template("environments/_channels.html", channels=ask("channels", api().list_channels).value)


@blueprint.get("/new")
def page() -> ResponseReturnValue:
    """The form: empty, or like another environment."""
    owner, _, name = request.args.get("like", "").partition("/")
    if not name:
        return _page(Form())
    model = api().show_environment(owner, name)
    is_retry = model.owner == current_user.name and model.state in (
        EnvironmentState.FAILED,
        EnvironmentState.CANCELLED,
    )
    return _page(Form.like(model, model.name if is_retry else ""))


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    """Take over a pasted file, or check what was typed and queue its build."""
    form = Form.of(request.form)
    if "paste" in request.form:
        return _pasted(form)
    wanted = form.checked()
    if isinstance(wanted, Form):
        return _page(wanted, 422)
    return _queue(form, wanted)


def _pasted(form: Form) -> ResponseReturnValue:
    try:
        parsed = api().parse_packages(PastedText(text=form.pasted[:100_000]))
    except ApiError as error:
        return _page(form.with_error("pasted", error.detail), 422)
    return _page(form.with_packages(parsed))


def _queue(form: Form, wanted: NewEnvironment) -> ResponseReturnValue:
    try:
        environment = api().create_environment(wanted)
    except ApiUnreachable as error:
        outcome = f"{API_AWAY} Nothing was made;" if error.unheard else MAYBE_MADE
        return _page(form.with_error("form", f"{outcome} what you typed is still here."), 503)
    except ApiError as error:
        field = "name" if error.code == ErrorCode.CONFLICT else _field_of(error.detail)
        return _page(form.with_error(field, error.detail), 422)
    build = environment.latest_build
    return go(build_url(build) if build else f"/environments/{environment.owner}/{environment.name}")


def _field_of(detail: str) -> str:
    """Return the field that a refusal begins with, as in `pip: there is no package …`."""
    return detail.partition(":")[0].strip()
