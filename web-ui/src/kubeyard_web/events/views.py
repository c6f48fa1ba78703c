"""The stream that each open page listens to."""

from collections.abc import Iterator
from typing import cast

from flask import Blueprint, Flask, Response, current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user  # type: ignore[import-untyped]  # Flask-Login carries no types
from kubeyard_client.client import KubeyardClient

from kubeyard_web.ending import ending_of
from kubeyard_web.events.fanout import Fanout, Subscriber, TooManySubscribersError
from kubeyard_web.events.upstream import Upstream
from kubeyard_web.shell.settings import PageSettings

blueprint = Blueprint("events", __name__)
EXTENSION = "kubeyard-events"
HEARTBEAT_SECONDS = 10.0
RETRY_MS = 2000


def register_events(app: Flask, settings: PageSettings) -> None:
    """Make the fan-out of this process; it connects when the first browser listens."""
    fanout = Fanout(settings.most_streams)
    ending_of(app).wakes(fanout.close)

    def token() -> str:
        with app.app_context():  # asked for by the thread that listens, outside of any request
            return settings.service_token()

    app.extensions[EXTENSION] = (fanout, Upstream(KubeyardClient(settings.api_url, token), fanout))
    app.before_request(_note_version)
    app.context_processor(lambda: {"events_url": _url})


def _note_version() -> None:
    """Before anything is asked for: what changes from now on, the page may not hold yet."""
    fanout, _ = cast("tuple[Fanout, Upstream]", current_app.extensions[EXTENSION])
    g.events_version = fanout.version


def _url() -> str:
    """The address of the stream that goes on where this page's content ends."""
    return url_for("events.stream", since=g.get("events_version"))


@blueprint.get("/events")
def stream() -> ResponseReturnValue:
    """Which topics changed, as they do. The page then asks for its own parts anew."""
    fanout, upstream = cast("tuple[Fanout, Upstream]", current_app.extensions[EXTENSION])
    upstream.ensure_running()
    subscriber = Subscriber(current_user.name, is_admin=current_user.is_admin)
    since = request.args.get("since", type=int)
    headers = {"X-Accel-Buffering": "no"}
    return Response(_events(fanout, subscriber, since), mimetype="text/event-stream", headers=headers)


def _events(fanout: Fanout, subscriber: Subscriber, since: int | None) -> Iterator[str]:
    try:
        with fanout.subscription(subscriber, since):
            yield f"retry: {RETRY_MS}\n\n"
            while not subscriber.is_released:
                news = subscriber.wait(HEARTBEAT_SECONDS)
                # Writing is how a browser that went away is noticed.
                yield (
                    "".join(f"event: {event}\ndata: {text}\n\n" for event, text in news.items())
                    or ": alive\n\n"
                )
    except TooManySubscribersError:
        yield f"retry: {RETRY_MS * 10}\nevent: upstream\ndata: down\n\n"
