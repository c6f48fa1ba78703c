"""Opening JupyterLab: at once when it runs, else by way of a page that starts it and says how it goes."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import structlog
from flask import Blueprint, Response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types

from kubeyard_web.ending import Ending, ending
from kubeyard_web.notebooks.addresses import lab_address, login_address, wanted_path
from kubeyard_web.notebooks.labs import HubAway, Labs, LabState, StartRefused
from kubeyard_web.notebooks.profiles import Profile, ProfilesUnreadable, read_profiles
from kubeyard_web.notebooks.starts import Start, failed
from kubeyard_web.services import services

blueprint = Blueprint("notebooks", __name__, url_prefix="/lab")
log = structlog.get_logger()
# Each holds a thread of this process.
MOST_STREAMS = 100
_streams = threading.BoundedSemaphore(MOST_STREAMS)
FROM_HUB = "from-hub"


@blueprint.get("")
def open_lab() -> ResponseReturnValue:
    """Open it, or start it first; where sizes can be chosen, after asking for one."""
    try:
        state = _labs().state(current_user.name)
        if state is LabState.RUNNING:
            return redirect(lab_address(wanted_path()), code=303)
        if state is LabState.UNKNOWN_PERSON and FROM_HUB not in request.args:
            # The Hub gets to know people when they log in there, which asks them nothing.
            return redirect(login_address(wanted_path()), code=303)
        if state is not LabState.STOPPED or _profiles():
            return _to_status()
        return _start("")
    except (HubAway, StartRefused, ProfilesUnreadable) as error:
        return _cannot(error)


@blueprint.post("")
def start_lab() -> ResponseReturnValue:
    """Start it with what was chosen."""
    try:
        return _start(request.form.get("profile", ""))
    except (HubAway, StartRefused, ProfilesUnreadable) as error:
        return _cannot(error)


@blueprint.get("/status")
def status() -> ResponseReturnValue:
    """How the start goes, why it failed, or that nothing runs; nothing is started by looking."""
    name = current_user.name
    try:
        lab = _labs().lab(name)
        state = lab.state
        if state is LabState.RUNNING:
            return redirect(lab_address(wanted_path()), code=303)
        failure = _labs().last_failure(name) if state is LabState.STOPPED else None
        profiles = _profiles() if state is LabState.STOPPED else ()
    except (HubAway, ProfilesUnreadable) as error:
        return _cannot(error)
    start = failed(failure) if failure else Start()
    return _page(state=state, start=start, profiles=profiles, since=lab.since)


@blueprint.get("/progress")
def progress() -> ResponseReturnValue:
    """The start as it goes on: parts of the page, until it is ready or has failed."""
    events = _progress(_labs(), current_user.name, lab_address(wanted_path()), ending())
    headers = {"X-Accel-Buffering": "no"}
    return Response(stream_with_context(events), mimetype="text/event-stream", headers=headers)


@blueprint.post("/stop")
def stop_lab() -> ResponseReturnValue:
    """Give the start up."""
    try:
        _labs().stop(current_user.name)
    except (HubAway, StartRefused) as error:
        return _cannot(error)
    return _to_status()


def _start(profile: str) -> ResponseReturnValue:
    profiles = _profiles()
    if profile and profile not in {one.slug for one in profiles}:
        raise StartRefused("This size is not offered any more. Choose another one.")
    _labs().start(current_user.name, profile)
    log.info("lab-start-asked", user=current_user.name, profile=profile)
    return _to_status()


def _progress(labs: Labs, name: str, address: str, process: Ending) -> Iterator[str]:
    if not _streams.acquire(blocking=False):
        yield "retry: 5000\n\n"
        return
    try:
        start, since = Start(), labs.lab(name).since
        with closing(labs.progress(name)) as events:
            for event in events:
                if process.has_begun:
                    return
                if event is None:
                    yield ": alive\n\n"
                    continue
                start = start.after(event)
                if start.is_ready:
                    yield _sse("ready", address)
                    return
                yield _sse("failed" if start.failure else "step", _part(start, since))
        # The Hub knows of no start any more: the page asks anew what is.
        yield _sse("over", "")
    except ProfilesUnreadable as error:
        log.warning("lab-progress-interrupted", reason=str(error))
        # To follow on would end here again; the page that is asked for anew says what is wrong.
        yield _sse("over", "")
    except HubAway as error:
        log.warning("lab-progress-interrupted", reason=str(error))
        yield "retry: 2000\n\n"
    finally:
        _streams.release()


def _part(start: Start, since: datetime | None) -> str:
    facts = {
        "since": since,
        "start": start,
        "state": LabState.STARTING,
        "profiles": _profiles() if start.failure else (),
        "wanted": wanted_path(),
    }
    return render_template("notebooks/_start.html", **facts)


def _sse(event: str, text: str) -> str:
    lines = "".join(f"data: {line}\n" for line in text.splitlines()) or "data:\n"
    return f"event: {event}\n{lines}\n"


def _page(**facts: object) -> str:
    return render_template("notebooks/lab.html", wanted=wanted_path(), **facts)


def _to_status() -> ResponseReturnValue:
    return redirect(url_for("notebooks.status", next=wanted_path() or None), code=303)


def _cannot(error: Exception) -> ResponseReturnValue:
    """What the Hub or its settings say no to, on the same page."""
    log.warning("lab-not-opened", user=current_user.name, reason=str(error))
    if isinstance(error, ProfilesUnreadable):
        return _page(state=None, start=Start(), profiles=(), sizes_unreadable=str(error))
    if isinstance(error, StartRefused):
        return _refused(error)
    address = lab_address(wanted_path())
    return _page(state=None, start=Start(), profiles=(), away=str(error), address=address)


def _refused(error: StartRefused) -> ResponseReturnValue:
    try:
        profiles = _profiles()
    except ProfilesUnreadable as unreadable:
        return _cannot(unreadable)
    return _page(state=LabState.STOPPED, start=Start(), profiles=profiles, refusal=str(error)), 409


def _labs() -> Labs:
    return services().labs


def _profiles() -> tuple[Profile, ...]:
    found = read_profiles(services().settings.lab_pods_file)
    return found if len(found) > 1 else ()
