"""The list of environments, one of them, and making one."""

import pytest
from harness.site import Site
from harness.web_ui import Browser
from kubeyard_client.messages.environments import BuildError, BuildState

FORM = {
    "name": "churn",
    "visibility": "private",
    "pip": "humanize\n# a comment\nscikit-learn==1.5.2",
    "conda": "",
    "driver_memory_mb": "2048",
    "executor_memory_mb": "1024",
    "executors": "2",
    "executor_cores": "1",
    "queue": "interactive",
}
REFUSED = BuildError(
    code="no-such-package", detail="There is no pip package called 'humanise'. Check the spelling."
)


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada's browser."""
    return site.visitor("ada")


def test_creating_leads_to_the_page_of_its_build(ada: Browser) -> None:
    answer = ada.post("/environments/new", FORM)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/environments/ada/churn/builds/")
    page = ada.get("/environments").text
    assert "humanize, scikit-learn==1.5.2" in page
    assert "2.0 GiB" in page
    assert "Queued" in page


def test_the_list_is_ones_own_and_what_everybody_may_use(site: Site, ada: Browser) -> None:
    ada.post("/environments/new", FORM)
    ada.post("/environments/new", FORM | {"name": "for-all", "visibility": "public"})

    page = site.visitor("bob").get("/environments").text

    assert "Make your first kernel" in page
    assert "for-all" in page
    assert "churn" not in page
    assert site.visitor("eve").get("/environments/ada/churn").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "Bad Name", "Use 2 to 63 lower-case letters"),
        ("name", "", "Use 2 to 63 lower-case letters"),
        ("driver_memory_mb", "12", "Give a whole number of MiB, 512 or more."),
        ("driver_memory_mb", "a lot", "Give a whole number of MiB, 512 or more."),
        ("executors", "-1", "Give a whole number, 0 or more."),
        ("executor_cores", "0", "Give a whole number, 1 or more."),
        ("visibility", "secret", "Choose who may use it."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    ada: Browser, field: str, value: str, words: str
) -> None:
    answer = ada.post("/environments/new", FORM | {field: value})

    assert answer.status_code == 422
    assert "Nothing was made yet." in answer.text
    assert f'id="{field}-error"' in answer.text
    assert words in answer.text
    assert "scikit-learn==1.5.2</textarea>" in answer.text
    assert "churn" not in ada.get("/environments").text


def test_a_package_that_the_api_refuses_is_said_beside_its_field(ada: Browser) -> None:
    answer = ada.post("/environments/new", FORM | {"pip": "humanize\n--index-url=http://evil.test"})

    assert answer.status_code == 422
    assert "humanize\n--index-url=http://evil.test</textarea>" in answer.text
    assert 'class="form-error"' in answer.text or 'role="alert"' in answer.text
    assert "churn" not in ada.get("/environments").text


def test_a_name_that_is_taken_is_said_beside_the_name(ada: Browser) -> None:
    ada.post("/environments/new", FORM)

    answer = ada.post("/environments/new", FORM)

    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert 'value="churn"' in answer.text


def test_a_pasted_requirements_file_is_put_into_the_fields(ada: Browser) -> None:
    pasted = {"paste": "1", "pasted": "pandas>=2\n# why\nhumanize\n"}

    answer = ada.post("/environments/new", FORM | pasted)

    assert answer.status_code == 200
    assert "humanize\nscikit-learn==1.5.2\npandas&gt;=2</textarea>" in answer.text
    assert "churn" not in ada.get("/environments").text


def test_a_pasted_environment_file_brings_conda_packages_and_its_name(ada: Browser) -> None:
    text = "name: geo\ndependencies:\n  - numpy\n  - pip:\n    - humanize\n"

    answer = ada.post("/environments/new", FORM | {"name": "", "pip": "", "paste": "1", "pasted": text})

    assert 'value="geo"' in answer.text
    assert "numpy</textarea>" in answer.text
    assert "humanize</textarea>" in answer.text


def test_a_channel_that_is_out_of_reach_is_said_on_the_form(ada: Browser) -> None:
    assert 'hx-get="/environments/channels"' in ada.get("/environments/new").text

    part = ada.get("/environments/channels", headers={"HX-Request": "true"}).text

    assert "is out of reach: there is no channel in this folder." in part
    assert "pip packages are not affected" in part


def test_what_was_typed_stays_while_the_api_is_away(site: Site, ada: Browser) -> None:
    assert ada.get("/environments/new").status_code == 200
    site.stop_api()

    answer = ada.post("/environments/new", FORM)

    assert answer.status_code == 503
    assert "The API server is out of reach. Nothing was made" in answer.text
    assert "scikit-learn==1.5.2</textarea>" in answer.text


def test_a_failed_one_says_why_and_offers_to_mend_it(site: Site, ada: Browser) -> None:
    ada.post("/environments/new", FORM)
    site.end_build(site.work_on_build(), BuildState.FAILED, REFUSED)

    page = ada.get("/environments/ada/churn").text
    again = ada.get("/environments/new?like=ada/churn").text

    assert "There is no pip package called &#39;humanise&#39;." in page
    assert "Edit and retry" in page
    assert 'value="churn"' in again
    assert "scikit-learn==1.5.2</textarea>" in again
    assert 'value="2048"' in again


def test_one_like_anothers_begins_without_a_name(site: Site, ada: Browser) -> None:
    ada.post("/environments/new", FORM | {"visibility": "public"})

    page = site.visitor("bob").get("/environments/new?like=ada/churn").text

    assert "scikit-learn==1.5.2</textarea>" in page
    assert 'value="churn"' not in page


def test_only_its_owner_and_administrators_are_offered_to_change_it(site: Site, ada: Browser) -> None:
    ada.post("/environments/new", FORM | {"visibility": "public"})

    offered = {
        name: "Delete" in site.visitor(name).get("/environments/ada/churn").text for name in ("bob", "grace")
    }

    assert offered == {"bob": False, "grace": True}
    assert "Delete" in ada.get("/environments/ada/churn").text


def test_deleting_is_confirmed_and_refused_to_others(site: Site, ada: Browser) -> None:
    ada.post("/environments/new", FORM | {"visibility": "public"})
    site.end_build(site.work_on_build(), BuildState.FAILED, REFUSED)
    assert "Delete ada/churn?" in ada.get("/environments/ada/churn/delete").text

    refused = site.visitor("bob").post("/environments/ada/churn/delete", {})
    assert "It was not deleted." in refused.text
    assert ada.get("/environments/ada/churn").status_code == 200

    answer = ada.post("/environments/ada/churn/delete", {})
    assert answer.headers["Location"] == "/environments"
    assert "Deleted ada/churn." in ada.get("/environments").text
    assert ada.get("/environments/ada/churn").status_code == 404
