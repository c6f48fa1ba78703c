"""An environment's own time until its idle kernels are stopped."""

import pytest
from harness.environment_form import FORM
from harness.site import Site
from harness.web_ui import Browser


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada's browser."""
    return site.visitor("ada")


@pytest.mark.parametrize(
    ("chosen", "shown"), [("", "as the platform does"), ("7200", "2 h 0 min"), ("0", "never")]
)
def test_chosen_time_is_the_environments(ada: Browser, chosen: str, shown: str) -> None:
    assert ada.post("/environments/new", FORM | {"cull_idle_seconds": chosen}).status_code == 303

    page = ada.get("/environments/ada/churn").text

    assert f"<dt>Stopped when idle for</dt><dd>{shown}</dd>" in page


def test_copy_begins_with_the_time_of_its_model(site: Site, ada: Browser) -> None:
    ada.post("/environments/new", FORM | {"visibility": "public", "cull_idle_seconds": "5400"})

    copy = site.visitor("bob").get("/environments/new?like=ada/churn").text

    assert '<option value="5400" selected>1 h 30 min</option>' in copy


@pytest.mark.parametrize("wrong", ["-1", "soon", "5", "99999999"])
def test_time_that_cannot_be_is_refused_beside_its_field(ada: Browser, wrong: str) -> None:
    answer = ada.post("/environments/new", FORM | {"cull_idle_seconds": wrong})

    assert answer.status_code == 422
    assert "Choose one of the times." in answer.text
