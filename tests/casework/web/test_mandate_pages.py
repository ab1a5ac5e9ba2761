"""Papers for signing (代签, 一肩挑) are put on file by the office, with their scan, before they are used."""

from functools import partial
from io import BytesIO

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import LOOKS, JournalEntry
from casework.reports.models import Mandate
from casework.storage import StoredFile
from tests.casework.factories import appoint, make_case
from tests.casework.operations.reporting import frozen, make_office, prepare, sign
from tests.casework.web.visitor import browser_of

SCAN = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def office(app):
    with unit_of_work():
        office = make_office()
        prepare(office)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return office


@pytest.fixture
def as_person(app):
    return partial(browser_of, app)


def paper(office, **changed):
    today = clock.today().isoformat()
    return {
        "kind": "delegate",
        "slot": f"party_leader:{office.party_leader.login}",
        "delegate": office.vice_leader.login,
        "document": "授权〔2024〕3号",
        "reason": "出差",
        "valid_from": today,
        "valid_to": today,
        "file": (BytesIO(SCAN), "授权书.pdf"),
    } | changed


def counts():
    return db.session.query(Mandate).count(), db.session.query(StoredFile).count()


def test_a_mandate_is_recorded_used_opened_and_ended(office, as_person, settings):
    clerk, page = as_person(office.supervisor), "/mandates"
    assert "现在没有有效的文件" in clerk.get(page).text
    assert clerk.post(page, data=paper(office)).status_code == 303
    text = clerk.get(page).text
    assert "1份文件有效" in text
    assert "王贞" in text
    found = db.session.query(Mandate).one()
    assert clerk.get(f"{page}/{found.ref}/paper").data == SCAN
    looks = db.session.scalars(select(JournalEntry.action).filter_by(chain=LOOKS, subject=found.ref)).all()
    assert looks == ["mandate:open"]
    with unit_of_work():
        report = frozen(office, settings)
        assert sign(report, "party_leader", office.vice_leader).signature.document == "授权〔2024〕3号"
    for _ in range(2):
        assert clerk.post(f"{page}/{found.ref}/revoke").status_code == 303
    ended = db.session.scalars(select(JournalEntry.action).filter_by(subject=found.ref, action="mandate:revoke")).all()
    assert len(ended) == 1
    assert "现在没有有效的文件" in clerk.get(page).text


def test_one_person_in_both_offices_is_recorded_once_the_offices_are(office, as_person):
    clerk, both = as_person(office.supervisor), office.party_leader
    given = {"kind": "both_offices", "delegate": both.login}
    assert "没有同时担任" in clerk.post("/mandates", data=paper(office, **given)).text
    with unit_of_work():
        appoint(both, "admin_leader", office.organisation)
    assert clerk.post("/mandates", data=paper(office, **given)).status_code == 303
    assert "一人兼任两职" in clerk.get("/mandates").text


REFUSED = [
    ("no kind", lambda _: {"kind": ""}, "从列表中选择"),
    ("no scan", lambda _: {"file": (BytesIO(b""), "")}, "没有选择文件"),
    ("no picture, no PDF", lambda _: {"file": (BytesIO(b"MZ\x90"), "授权书.exe")}, "没有保存"),
    ("no number", lambda _: {"document": " "}, "没有保存"),
    ("the dates turned round", lambda _: {"valid_to": "2023-01-01"}, "截止日期早于开始日期"),
    ("who leads nothing", lambda office: {"delegate": office.investigator.login}, "负责同志"),
    ("for oneself", lambda office: {"delegate": office.party_leader.login}, "不能是授权人"),
    (
        "whose office it is not",
        lambda office: {"slot": f"party_leader:{office.admin_leader.login}"},
        "不是该职务的在任人员",
    ),
    ("no such slot", lambda office: {"slot": f"auditor:{office.party_leader.login}"}, "没有这个签字位"),
]


@pytest.mark.parametrize(("changed", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_paper_that_cannot_stand_is_refused_with_its_field_and_nothing_is_kept(office, as_person, changed, said):
    before = counts()
    answer = as_person(office.supervisor).post("/mandates", data=paper(office, **changed(office)))
    assert answer.status_code in {413, 415, 422}
    assert said in answer.text
    assert counts() == before


def test_clerks_read_the_papers_and_strangers_find_none(office, as_person):
    as_person(office.supervisor).post("/mandates", data=paper(office))
    found, before = db.session.query(Mandate).one(), counts()
    with unit_of_work():
        elsewhere = make_office()
    clerk, stranger = as_person(office.investigator), as_person(elsewhere.supervisor)
    assert "授权〔2024〕3号" in clerk.get("/mandates").text
    assert clerk.post("/mandates", data=paper(office)).status_code in {403, 409}
    assert clerk.post(f"/mandates/{found.ref}/revoke").status_code == 403
    assert stranger.get(f"/mandates/{found.ref}/paper").status_code == 404
    assert stranger.post(f"/mandates/{found.ref}/revoke").status_code == 404
    assert counts() == before
    assert found.revoked_at is None
