"""What an action answers: the page again with a message, or only the message for a page that stays."""

import json

from flask import Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse


def is_fragment() -> bool:
    """Whether a script of ours asked, and wants a part of a page."""
    return "HX-Request" in request.headers


def done(message: str, tone: str, next_page: str) -> AnyResponse:
    """Tell the outcome of an action in place, or after going to the next page."""
    if not is_fragment():
        flash(message, tone)
        return redirect(next_page, code=303)
    outcome = {"kubeyard:done": {"message": message, "tone": tone}}
    return Response(status=204, headers={"HX-Trigger": json.dumps(outcome)})


def go(next_page: str) -> AnyResponse:
    """Go to another page, whether a form or a script asked."""
    if is_fragment():
        return Response(status=204, headers={"HX-Redirect": next_page})
    return redirect(next_page, code=303)
