"""Files and corrections of a case: taken by content, opened with a trace, masked where they show persons."""

import io

import pytest

from casework.db import db
from casework.journal import LOOKS, JournalEntry

PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


def upload(caller, number, content=PDF, *, name="劳动合同.pdf", status=201, **more):
    body = {"file": (io.BytesIO(content), name), "evidence_class": "original_document", "supplied_by": "employer"}
    return caller.ask("POST", f"/cases/{number}/evidence", data=body | more, status=status)


@pytest.fixture
def number(world, investigator):
    return world.case(owner=investigator, state="investigating")


def test_a_file_comes_back_as_it_was_and_the_look_is_journalled(investigator, number):
    ref = upload(investigator, number).json["evidence"][0]["ref"]
    answer = investigator.get(f"/cases/{number}/evidence/{ref}/content", status=200)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    [look] = db.session.query(JournalEntry).filter_by(chain=LOOKS)
    assert (look.action, look.subject, look.actor) == ("evidence:open", number, str(investigator.person.id))


def test_whoever_sees_masked_opens_no_file(world, investigator, number):
    ref = upload(investigator, number).json["evidence"][0]["ref"]
    world.caller("auditor").get(f"/cases/{number}/evidence/{ref}/content", status=403)
    world.caller("investigator", world.other).get(f"/cases/{number}/evidence/{ref}/content", status=404)
    assert db.session.query(JournalEntry).filter_by(chain=LOOKS, action="evidence:open").count() == 0


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "file_empty"), (b"MZ program", "file_type"), (b"%PDF-1.4 cut", "file_corrupt")]
)
def test_a_file_that_cannot_be_taken_leaves_nothing(investigator, number, content, code):
    assert upload(investigator, number, content, status=422).json["code"] == code
    assert investigator.get(f"/cases/{number}").json["evidence"] == []


def test_a_file_sent_twice_under_one_key_is_one_file(investigator, number):
    answers = [
        investigator.ask(
            "POST",
            f"/cases/{number}/evidence",
            data={"file": (io.BytesIO(PDF), "a.pdf"), "evidence_class": "original_document"},
            headers={"Idempotency-Key": "f"},
            status=201,
        )
        for _ in range(2)
    ]
    assert answers[0].data == answers[1].data
    other = {"file": (io.BytesIO(PDF + b"\n"), "a.pdf"), "evidence_class": "original_document"}
    headers = {"Idempotency-Key": "f"}
    investigator.ask("POST", f"/cases/{number}/evidence", data=other, headers=headers, status=422)
    upload(investigator, number, status=409)


@pytest.mark.parametrize("more", [{"unknown": "x"}, {"evidence_class": "rumour"}])
def test_a_form_is_read_as_strictly_as_json(investigator, number, more):
    assert set(upload(investigator, number, status=422, **more).json["fields"]) == set(more)


def test_a_form_without_a_file_is_refused(investigator, number):
    data = {"evidence_class": "original_document", "file": "no file"}
    investigator.ask("POST", f"/cases/{number}/evidence", data=data, content_type="multipart/form-data", status=422)
    investigator.post(f"/cases/{number}/evidence", {"file": "x"}, status=415)


def test_a_file_is_withdrawn_with_a_reason(investigator, number):
    case = upload(investigator, number).json
    path = f"/cases/{number}/evidence/{case['evidence'][0]['ref']}/withdrawal"
    headers = {"If-Match": case["etag"]}
    gone = investigator.post(path, {"reason": "传错案件"}, headers=headers, status=200).json
    assert gone["evidence"][0]["withdrawn_at"]


def test_a_corrected_telephone_is_shown_masked(investigator, number):
    case = upload(investigator, number).json
    body = {
        "record": case["records"][0]["ref"],
        "field": "employer_mobile",
        "new": "13912345678",
        "evidence": case["evidence"][0]["ref"],
    }
    answer = investigator.post(f"/cases/{number}/corrections", body, status=201)
    assert answer.json["corrections"][0]["new"] == "139****5678"
    assert "13912345678" not in answer.get_data(as_text=True)


def test_a_correction_is_completed_and_withdrawn(investigator, number):
    record = investigator.get(f"/cases/{number}").json["records"][0]["ref"]
    body = {"record": record, "field": "destination_code", "new": "70"}
    case = investigator.post(f"/cases/{number}/corrections", body, status=201).json
    assert (case["corrections"][0]["old"], case["corrections"][0]["new"]) == ("11", "70")
    path = f"/cases/{number}/corrections/{case['corrections'][0]['ref']}"
    headers = {"If-Match": case["etag"]}
    done = investigator.post(f"{path}/completion", {"upstream_reference": "变更7"}, headers=headers, status=200).json
    assert done["corrections"][0]["upstream_reference"] == "变更7"
    headers = {"If-Match": done["etag"]}
    gone = investigator.post(f"{path}/withdrawal", {"reason": "误填"}, headers=headers, status=200).json
    assert gone["corrections"][0]["withdrawn_at"]


@pytest.mark.parametrize("part", ["evidence/{}/content", "evidence/{}/withdrawal", "corrections/{}/withdrawal"])
def test_a_part_of_another_case_is_no_part_of_this_one(world, investigator, number, part):
    other = world.case(owner=investigator, state="investigating")
    ref = upload(investigator, other).json["evidence"][0]["ref"]
    path = f"/cases/{number}/{part.format(ref)}"
    if part.endswith("content"):
        investigator.get(path, status=404)
    else:
        investigator.post(path, {"reason": "x"}, headers={"If-Match": "*"}, status=404)
