"""Somebody at a browser who asks again, as people do, while a pod gives way to another."""

from browser.web_pages import Visitor
from harness.waiting import wait_until
from playwright.sync_api import Error

CUT = ("ERR_CONNECTION_RESET", "ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE")


class ReturningVisitor(Visitor):
    """Asks once more where nobody answers: a Service learns of its new pod a moment after it is ready."""

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
