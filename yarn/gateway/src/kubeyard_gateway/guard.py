"""Who is calling, asked before every handler."""

import json
from http.client import responses
from typing import Any

import structlog
from kubeyard_identity import Caller, InvalidToken, may_act
from tornado import web

from kubeyard_gateway.refusal import Refusal

log = structlog.get_logger("kubeyard_gateway")
# One body for a kernel of somebody else's and for one that never was: the answer tells no difference.
NO_SUCH_KERNEL = "there is no such kernel"


class WithoutQuery:
    """Keeps the query out of Tornado's log lines: somebody may have put a token there."""

    def _request_summary(self) -> str:
        request: Any = self.request  # type: ignore[attr-defined]  # the handler's, behind this in the bases
        return f"{request.method} {request.path} ({request.remote_ip})"


class Guard(WithoutQuery):
    """First in the bases of every handler, so that no route can forget to ask."""

    caller: Caller

    def prepare(self) -> Any:
        """Accept a valid bearer token in the header only, and only one's own kernels."""
        handler: Any = self
        scheme, _, token = handler.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Refusal(401, "no bearer token was sent")
        try:
            self.caller = handler.settings["latest_word"].of(handler.settings["verifier"].caller(token))
        except InvalidToken as error:
            raise Refusal(401, str(error)) from None
        handler.current_user = self.caller.name
        # Enterprise Gateway filters kernelspecs by what the client says of itself.
        if "user" in handler.request.query_arguments:
            handler.request.query_arguments["user"] = [self.caller.name.encode()]
        kernel_id = handler.path_kwargs.get("kernel_id")
        if kernel_id is not None and not handler.settings["kernel_manager"].may(self.caller, kernel_id):
            raise Refusal(404, self._last_words(kernel_id))
        prepared: Any = super().prepare()  # type: ignore[misc]  # the handler's own, behind this in the bases
        return prepared

    def options(self, **_path: str) -> None:
        """No page of another origin is a client; stock's answer fails where the path names something."""
        raise Refusal(405, "the gateway answers no OPTIONS")

    def _last_words(self, kernel_id: str) -> str:
        """Why a kernel of the caller's is gone; whoever may not know hears what everybody hears."""
        handler: Any = self
        ending = handler.settings["endings"].of(kernel_id)
        known = ending is not None and may_act(self.caller, ending.owner)
        return f"The kernel is gone. {ending.reason.text}" if known else NO_SUCH_KERNEL

    def get_current_user(self) -> str:
        """Jupyter's own question for the user, who is known by then."""
        return self.caller.name

    def check_xsrf_cookie(self) -> None:
        """Nothing to check: a browser never sends a bearer header on its own."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer in JSON with the reason, and never with a traceback."""
        handler: Any = self
        error = (kwargs.get("exc_info") or (None, None))[1]
        detail = responses.get(status_code, "Unknown HTTP Error")
        if isinstance(error, Refusal):
            detail = error.detail
        elif isinstance(error, web.HTTPError) and error.log_message:
            detail = error.log_message % error.args if error.args else error.log_message
        if status_code == 401:
            handler.set_header("WWW-Authenticate", 'Bearer error="invalid_token"')
        handler.set_header("Content-Type", "application/json")
        told = {"reason": detail, "message": detail}
        if traceback := getattr(error, "traceback", ""):
            told["traceback"] = traceback
        handler.finish(json.dumps(told))
