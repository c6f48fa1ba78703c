"""Somebody at a browser before forwarded ports."""

from browser.web_pages import Visitor
from harness.waiting import wait_until
from playwright.sync_api import Error

CUT = ("ERR_CONNECTION_RESET", "ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE")


class ForwardedVisitor(Visitor):
    """Asks once more where the way is cut: a port whose pod was replaced ends with whoever finds it gone."""

    def go(self, path: str) -> None:
        """Open a page of the web UI."""
        wait_until(lambda: self._is_there(path), f"{path} is there", 30)

    def _is_there(self, path: str) -> bool:
        try:
            super().go(path)
        except Error as error:
            if any(word in str(error) for word in CUT):
                return False
            raise
        return True
