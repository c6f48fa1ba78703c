"""The page of one build: its steps, its live log, cancelling it."""

from collections.abc import Iterator
from contextlib import closing

from flask import Blueprint, Response, abort, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from kubeyard_client.errors import ApiError
from kubeyard_client.messages.environments import Build, LogOffset

from kubeyard_web.backend.answers import done
from kubeyard_web.backend.client import api
from kubeyard_web.backend.known import Known, ask
from kubeyard_web.ending import Ending, ending
from kubeyard_web.environments.views import may_change

blueprint = Blueprint("builds", __name__, url_prefix="/environments/<owner>/<name>/builds/<build_id>")


def _known(owner: str, name: str, build_id: str) -> Known[Build]:
    """The build as last seen; one of another environment has no page under this one's address."""
    known = ask(f"build {build_id}", lambda: api().show_build(build_id))
    if known.value and (known.value.owner, known.value.environment) != (owner, name):
        abort(404)
    return known


def _build(owner: str, name: str, build_id: str, template: str, **more: object) -> str:
    known = _known(owner, name, build_id)
    environment = ask(f"environment {owner}/{name}", lambda: api().show_environment(owner, name)).value
    return render_template(
        template,
        owner=owner,
        name=name,
        build_id=build_id,
        known=known,
        environment=environment,
        may_change=may_change,
        **more,
    )


@blueprint.get("")
def page(owner: str, name: str, build_id: str) -> str:
    """The steps of a build and its log so far; the page then follows it."""
    log = ask(f"build-log {build_id}", lambda: api().read_build_log(build_id, LogOffset()))
    return _build(owner, name, build_id, "environments/build.html", log=log.value or "")


@blueprint.get("/steps")
def steps(owner: str, name: str, build_id: str) -> str:
    """The steps alone, for a page that is open."""
    return _build(owner, name, build_id, "environments/_build.html")


@blueprint.get("/stream")
def stream(owner: str, name: str, build_id: str) -> ResponseReturnValue:
    """The log as it grows; a browser that comes back goes on where it was."""
    _known(owner, name, build_id)
    last = request.headers.get("Last-Event-ID", "") or request.args.get("offset", "0")
    offset = LogOffset(offset=int(last) if last.isdigit() else 0)
    lines = _follow(build_id, offset, ending())
    return Response(stream_with_context(lines), mimetype="text/event-stream")


def _follow(build_id: str, offset: LogOffset, process: Ending) -> Iterator[bytes]:
    try:
        with closing(api().follow_build_log(build_id, offset)) as chunks:
            for chunk in chunks:
                yield chunk
                # The API gives a sign of life often enough: this needs no other way to be woken.
                if process.has_begun:
                    return
    except ApiError:
        yield b": interrupted\n\n"  # the browser asks again from the last id that it saw


@blueprint.get("/log")
def download(owner: str, name: str, build_id: str) -> ResponseReturnValue:
    """The whole log as a file."""
    _known(owner, name, build_id)
    text = api().read_build_log(build_id, LogOffset())
    disposition = f'attachment; filename="{owner}.{name}.{build_id[:8]}.log.txt"'
    return Response(text, mimetype="text/plain", headers={"Content-Disposition": disposition})


@blueprint.post("/cancel")
def cancel(owner: str, name: str, build_id: str) -> ResponseReturnValue:
    """Stop a build that waits or runs."""
    _known(owner, name, build_id)
    here = url_for("builds.page", owner=owner, name=name, build_id=build_id)
    try:
        api().cancel_build(build_id)
    except ApiError as error:
        return done(error.detail, "danger", here)
    return done("The build is being cancelled. Nothing half-made is left.", "info", here)
