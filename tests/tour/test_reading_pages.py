"""The tour reads pages as a browser does: text, rows, forms with what they would send."""

import pytest
from kubeyard_local.tour.itinerary import UnexpectedError
from kubeyard_local.tour.page import Page

PAGE = """
<!doctype html><html><head><title>Kernels &amp; more</title><style>tr { color: red }</style></head><body>
<form method="post" action="/environments/new">
  <input type="hidden" name="csrf_token" value="abc"><input name="name" value="">
  <input type="checkbox" name="follow" checked><input type="checkbox" name="other" value="1">
  <input type="radio" name="who" value="me"><input type="radio" name="who" value="all" checked>
  <select name="queue"><option value="a">A</option><option value="b" selected>B</option></select>
  <select name="size"><option>small</option><option>large</option></select>
  <textarea name="pip">
humanize
rich</textarea>
  <button type="submit" name="paste">Take over</button><button type="submit">Create</button>
</form>
<table><tr id="application_1"><th>Penguins</th><td><span class="state state-good">Running</span></td></tr>
<tr id="application_2"><td>Finished<br>yesterday</td></tr></table>
<a class="btn lab-button" href="http://hub/lab"><svg></svg> <span>Open JupyterLab</span></a>
</body></html>
"""


def test_a_form_sends_what_the_page_gave_it_and_no_button() -> None:
    form = Page(PAGE).form("/environments/new")
    assert (form.action, form.method) == ("/environments/new", "post")
    assert form.fields == {
        "csrf_token": "abc",
        "name": "",
        "follow": "on",
        "who": "all",
        "queue": "b",
        "size": "small",
        "pip": "humanize\nrich",
    }


def test_a_row_is_found_by_its_id_and_read_without_its_neighbours() -> None:
    page = Page(PAGE)
    assert page.element("application_1").text == "Penguins Running"
    assert page.element("application_2").text == "Finished yesterday"
    assert page.root.first("tr", id="application_3") is None


def test_title_link_and_class() -> None:
    page = Page(PAGE)
    assert page.title == "Kernels & more"
    assert page.link("lab-button") == "http://hub/lab"
    assert [found.text for found in page.root.all("span", class_="state")] == ["Running"]
    assert "color" not in page.text


@pytest.mark.parametrize("missing", ["form", "link", "element"])
def test_what_a_page_lacks_is_named_with_the_page(missing: str) -> None:
    with pytest.raises(UnexpectedError, match=r"'Kernels & more' has no .*nothing"):
        getattr(Page(PAGE), missing)("nothing")
