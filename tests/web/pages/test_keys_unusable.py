"""While the web UI's signing keys are gone or damaged: nobody can be asked, and pages say what to do."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from harness.waiting import wait_until
from harness.web_ui import WebUi, running_web_ui

WHAT_TO_DO = "An administrator puts the file back from its backup."
DAMAGED = (None, '{"keys": []}', "[]", '{"keys": [{"replaced_at": null, "jwk": {}}]}')


@pytest.mark.parametrize("damaged", DAMAGED)
def test_pages_say_so_and_go_on_once_the_file_is_back(tmp_path: Path, damaged: str | None) -> None:
    with running_web_ui(tmp_path) as web:
        web.add_user("grace", is_admin=True)
        web.add_user("bob")
        bob = web.browser_of("bob")
        file = web.services.settings.web_signing_keys_file
        kept = file.read_text()
        file.unlink()
        if damaged is not None:
            file.write_text(damaged)
        web.clock.advance(600)  # no token that was made before is handed out any more

        assert "Put the file back from its backup." in _part(web, "signing-keys")
        assert WHAT_TO_DO in _part(web, "api-server")
        for untrue in ("KUBEYARD_API_URL", "running Labs and kernels go on"):
            assert untrue not in _part(web, "api-server")
        for path in ("/", "/kernels", "/account/password"):
            page = bob.get(path)
            assert page.status_code == 200, path
            assert WHAT_TO_DO in page.text
            assert str(file) not in page.text

        file.write_text(kept)
        web.clock.advance(6)
        assert "signs by" in _part(web, "signing-keys")
        # The home is tried again at a page, which still tells of the time before.
        wait_until(lambda: WHAT_TO_DO not in bob.get("/kernels").text, "pages say so no longer")


def test_programs_are_told_too(web_ui: WebUi) -> None:
    web_ui.services.settings.web_signing_keys_file.unlink()

    told = web_ui.browser().get("/jwks.json")

    assert told.status_code == 503
    assert "Nothing can be signed now" in told.text
    assert WHAT_TO_DO in told.text


def _part(web: WebUi, name: str) -> str:
    """What the administrators' page says of one part."""
    page = web.browser_of("grace").get("/health")
    assert page.status_code == 200
    found = BeautifulSoup(page.text, "html.parser").find(id=f"part-{name}")
    return " ".join(found.get_text(" ").split()) if found else ""
