"""The Spark of an environment: chosen in the form, where there is more than one."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from harness.environment_form import FORM
from harness.site import Site
from harness.web_ui import Browser


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada's browser."""
    return site.visitor("ada")


@pytest.fixture
def further(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """There are two Sparks beside the platform's own."""
    more = site.parts.settings.model_copy(update={"api_spark_versions": ("3.5", "4.1")})
    site.stop_api()
    monkeypatch.setattr(site, "parts", replace(site.parts, settings=more))
    site.start_api()
    yield
    # The next test starts it with what it had.
    site.stop_api()


@pytest.mark.parametrize(("chosen", "shown"), [("", "as the platform does"), ("3.5", "3.5")])
@pytest.mark.usefixtures("further")
def test_chosen_spark_is_the_environments(ada: Browser, chosen: str, shown: str) -> None:
    assert ada.post("/environments/new", FORM | {"spark": chosen}).status_code == 303

    assert f"<dt>Spark</dt><dd>{shown}</dd>" in ada.get("/environments/ada/churn").text


@pytest.mark.usefixtures("further")
def test_form_offers_every_spark_and_names_the_platforms_own(ada: Browser) -> None:
    form = ada.get("/environments/new").text

    assert '<option value="">As the platform does (4.0)</option>' in form
    assert [f'<option value="{version}" >' in form for version in ("4.1", "4.0", "3.5")] == [True] * 3


def test_nothing_is_asked_where_there_is_but_one(ada: Browser) -> None:
    assert 'name="spark"' not in ada.get("/environments/new").text


@pytest.mark.usefixtures("further")
def test_copy_begins_with_the_spark_of_its_model(site: Site, ada: Browser) -> None:
    ada.post("/environments/new", FORM | {"visibility": "public", "spark": "3.5"})

    copy = site.visitor("bob").get("/environments/new?like=ada/churn").text

    assert '<option value="3.5" selected>3.5</option>' in copy


@pytest.mark.parametrize(
    ("wrong", "told"), [("newest", "Choose one of the versions."), ("9.9", "there is no Spark 9.9 here")]
)
@pytest.mark.usefixtures("further")
def test_spark_that_cannot_be_is_refused_beside_its_field(ada: Browser, wrong: str, told: str) -> None:
    answer = ada.post("/environments/new", FORM | {"spark": wrong})

    assert answer.status_code == 422
    assert '<select id="spark" name="spark" class="form-select is-invalid"' in answer.text
    assert told in answer.text
