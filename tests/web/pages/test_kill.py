"""Ending applications."""

from harness.applications import application, application_id, ended
from harness.site import Site
from kubeyard_api.storage.mirror import mark_killing

FROM_A_SCRIPT = {"HX-Request": "true"}


def test_the_dialog_names_the_application_and_what_follows(site: Site) -> None:
    site.mirror(application(1, "ada", name="Nightly"))
    address = f"/applications/kill?id={application_id(1)}"

    page = site.visitor("ada").get(address)
    dialog = site.visitor("ada").get(address, headers=FROM_A_SCRIPT)

    for answer in (page, dialog):
        assert "Kill Nightly?" in answer.text
        assert "Variables and cached data are lost" in answer.text
        assert application_id(1) in answer.text
        assert "Kill application</button>" in answer.text
    assert "<html" in page.text
    assert "<html" not in dialog.text


def test_nothing_is_killed_by_opening_an_address(site: Site) -> None:
    site.mirror(application(1, "ada"))
    ada = site.visitor("ada")

    ada.get(f"/applications/kill?id={application_id(1)}")

    assert "Killing…" not in ada.get("/applications").text


def test_a_row_shows_killing_until_yarn_confirms(site: Site) -> None:
    site.mirror(application(1, "ada"))
    with site.parts.database.writing() as session:
        mark_killing(session, application_id(1), "ada")
    ada = site.visitor("ada")

    page = ada.get("/applications").text
    assert "Killing…" in page
    assert ">Kill</a>" not in page

    site.mirror(ended(1, "ada", "KILLED", diagnostics="Application was killed by user ada"))
    assert "Killed</span>" in ada.get("/applications").text


def test_somebody_elses_application_is_not_there_to_be_killed(site: Site) -> None:
    site.mirror(application(1, "ada", name="Nightly"))
    eve = site.visitor("eve")

    asked = eve.get(f"/applications/kill?id={application_id(1)}")
    answer = eve.post("/applications/kill", {"id": application_id(1)}, page="/account/password")

    assert (asked.status_code, answer.status_code) == (404, 404)
    assert "Nightly" not in asked.text + answer.text
    assert "Killing…" not in site.visitor("ada").get("/applications").text


def test_the_dialog_tells_which_of_several_is_not_there(site: Site) -> None:
    site.mirror(application(1, "ada", name="Nightly"), application(2, "bob", name="Of bob"))
    ids = f"id={application_id(1)}&id={application_id(2)}"

    dialog = site.visitor("ada").get(f"/applications/kill?{ids}", headers=FROM_A_SCRIPT)

    assert dialog.status_code == 200
    assert "Nightly" in dialog.text
    assert "Of bob" not in dialog.text
    assert "There is no such application." in dialog.text
    assert f'name="id" value="{application_id(1)}"' in dialog.text
    assert f'name="id" value="{application_id(2)}"' not in dialog.text


def test_each_of_several_gets_its_own_result(site: Site) -> None:
    site.mirror(application(1, "ada"), ended(2, "ada"), application(3, "bob"))
    ada = site.visitor("ada")
    ids = [application_id(number) for number in (1, 2, 3)]
    token = ada.get("/account/password").text.split('name="csrf_token" value="')[1].split('"')[0]

    answer = ada.http.post(f"{ada.url}/applications/kill", data={"csrf_token": token, "id": ids}, timeout=10)

    assert "Nothing was killed" in answer.text
    for one in ids:
        assert one in answer.text
    # The first because YARN is away, the second because it has ended, the third because it is bob's.
    assert answer.text.count('class="form-error"') == 3
    assert answer.text.count("There is no such application.") == 1


def test_without_the_forms_token_nothing_is_done(site: Site) -> None:
    site.mirror(application(1, "ada"))

    answer = site.visitor("ada").post_bare("/applications/kill", {"id": application_id(1)})

    assert answer.status_code == 400


def test_a_request_that_names_nothing_is_refused(site: Site) -> None:
    assert site.visitor("ada").get("/applications/kill").status_code == 400
