"""How much a request may bring: files where they are taken, from people who are known."""

import re
from pathlib import Path

import pytest

from casework.doors import bodies
from casework.doors.unit import unit_of_work
from tests.casework.factories import make_person, make_tree
from tests.casework.web.visitor import browser_of

TEMPLATES = Path(__file__).parents[3] / "casework" / "web" / "templates"
FORM = re.compile(r"<form[^>]*multipart/form-data[^>]*>")
NAMED = re.compile(r"url_for\('(web\.\w+)'")
OF_ITS_OWN_PAGE = {"import/page.html": "web.imports"}
SENT = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n%s\r\n--b--\r\n' % (
    b"x" * bodies.PLAIN
)


@pytest.fixture
def officer(app):
    with unit_of_work():
        return make_person("supervisor", make_tree().university)


def test_files_are_taken_where_a_form_of_ours_or_the_description_of_the_api_sends_them(client):
    found = {
        f"api_{operation['tags'][0]}.{operation['operationId']}"
        for methods in client.get("/api/openapi.json").json["paths"].values()
        for method, operation in methods.items()
        if method != "parameters" and "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    }
    for path in TEMPLATES.rglob("*.html"):
        where = path.relative_to(TEMPLATES).as_posix()
        for form in FORM.findall(path.read_text(encoding="utf-8")):
            if not where.startswith("public/"):
                found.add((NAMED.search(form) or [None, OF_ITS_OWN_PAGE.get(where)])[1])
    assert found == bodies.TAKE_FILES


def test_files_are_taken_where_they_belong_from_people_who_are_known(app, client, officer):
    browser = browser_of(app, officer)
    form = {"content_type": "multipart/form-data; boundary=b", "data": SENT}
    assert browser.post("/import", **form).status_code == 409  # no round is open: the file itself came in
    refused = {
        "a form that takes none": browser.post("/me", **form),
        "a stranger at a form that takes them": client.post("/import", **form),
        "a stranger who signs in": client.post("/login", **form),
    }
    assert {what: answer.status_code for what, answer in refused.items()} == dict.fromkeys(refused, 413)
    assert all("没有保存" in answer.text for answer in refused.values())


def test_a_form_has_so_many_fields_and_no_more(app, officer):
    many = {f"field{number}": "x" for number in range(bodies.MOST_FIELDS + 1)}
    assert browser_of(app, officer).post("/me", data=many, content_type="multipart/form-data").status_code == 413
