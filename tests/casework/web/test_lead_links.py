"""What a lead is tied to: who reported it, its files, the cases that answer it, other leads of the same matter."""

import re
from io import BytesIO

from sqlalchemy import select

from casework.cases.models import Case, CaseLead
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import LOOKS, JournalEntry
from casework.leads.models import Lead
from casework.operations.move_lead import move_lead
from casework.operations.reply_lead import reply_upward
from casework.people.actors import actor_of
from casework.people.models import Appointment
from tests.casework.factories import make_case, make_organisation, make_person, make_record
from tests.casework.web.lead_bureau import CALL, moved, only_lead
from tests.support.scans import watched


def test_who_reported_takes_a_reason_and_leaves_a_trace(bureau, as_person):
    with unit_of_work():
        bureau.lead()
    browser, where = as_person(bureau.officer), f"/leads/{only_lead().number}/reporter"
    assert "欧阳晓明" not in browser.get(where).text
    refused = browser.post(where, data={"reason": " "})
    assert (refused.status_code, "欧阳晓明" in refused.text) == (422, False)
    assert looks("lead:reporter") == 0
    assert "欧阳晓明" in browser.post(where, data={"reason": "向反映人核实情况"}).text
    assert looks("lead:reporter") == 1


def test_numbers_of_persons_in_the_words_take_a_reason_and_leave_a_trace(bureau, as_person):
    number, phone = "11010519491231002X", "13912346021"
    browser = as_person(bureau.officer)
    typed = CALL | {"content": f"本人身份证{number}，请回电{phone}。", "title": f"反映{phone}"}
    back = browser.post("/leads/new", data=typed | {"channel": ""})
    assert (back.status_code, "填写的文字中有3处身份证号或手机号" in back.text) == (422, True)
    assert "文字中有3处身份证号或手机号" in browser.post("/leads/new", data=typed, follow_redirects=True).text
    lead = only_lead()
    with unit_of_work():
        later = bureau.lead(content=typed["content"], title="另一条").number
    where = f"/leads/{lead.number}"
    pages = (where, f"{where}/actions/decline", f"{where}/same/{later}", f"{where}/same", "/leads", f"{where}/words")
    for path in pages:
        shown = browser.get(path).text
        assert (path, [each for each in (number, phone) if each in shown]) == (path, [])
    assert "139****6021" in browser.get(where).text
    refused = browser.post(f"{where}/words", data={"reason": " "})
    assert (refused.status_code, number in refused.text, looks("lead:words")) == (422, False, 0)
    shown = browser.post(f"{where}/words", data={"reason": "按号码与反映人联系"}).text
    assert (number in shown, phone in shown, looks("lead:words")) == (True, True, 1)
    assert as_person(bureau.supervisor).post(f"{where}/words", data={"reason": "想看"}).status_code == 404


def test_files_are_added_and_opened_with_a_trace(bureau, as_person, monkeypatch):
    held = watched(monkeypatch)
    with unit_of_work():
        bureau.lead()
    browser, lead = as_person(bureau.officer), only_lead()
    for content, status in ((None, 422), (b"MZ nothing to open", 422), (b"%PDF-1.4\n1 0 obj\n%%EOF\n", 303)):
        form = {"files": (BytesIO(content), "通知.pdf")} if content else {}
        answer = browser.post(f"/leads/{lead.number}/actions/file", data=form, content_type="multipart/form-data")
        assert answer.status_code == status
    (kept,) = only_lead().files
    assert held == [False]  # nobody waits to write while it is scanned
    where = f"/files/leads/{lead.number}/{kept.ref}"
    assert "通知.pdf" in browser.get(f"/leads/{lead.number}").text
    assert browser.get(where).data.startswith(b"%PDF")
    assert looks("lead:open_file") == 1
    assert browser.get(f"/files/leads/{lead.number}/x").status_code == 404


def test_a_case_names_its_leads_to_those_alone_who_may_read_them(bureau, as_person):
    with unit_of_work():
        lead = bureau.lead()
        case = make_case(bureau.tree.university, bureau.round_, owner=bureau.investigator)
        db.session.add(CaseLead(case_id=case.id, lead_id=lead.id))
        both = make_person("lead_officer", bureau.tree.university)
        db.session.add(Appointment(person_id=both.id, role="investigator", organisation_id=bureau.tree.university.id))
        where = f"/cases/{case.number}"
    shown = as_person(bureau.investigator).get(where).text
    assert ("由线索立案" in shown, only_lead().number in shown) == (True, False)
    assert only_lead().number in as_person(both).get(where).text


def test_a_case_is_opened_from_a_lead_and_the_link_is_taken_back(bureau, as_person):
    with unit_of_work():
        bureau.lead()
    browser, college = as_person(bureau.officer), bureau.tree.college.name
    wrong = moved(browser, only_lead(), "open", kind="conduct", level="college", unit="不存在的学院", violation="N2")
    assert (wrong.status_code, "不存在的学院" in wrong.text, case_numbers()) == (422, True, [])
    assert moved(browser, only_lead(), "open", kind="record", student_nos="没有这个学号").status_code == 422
    done = moved(browser, only_lead(), "open", kind="conduct", level="college", unit=college, violation="N2")
    (case,) = case_numbers()
    assert (done.status_code, only_lead().state, only_lead().scope) == (303, "accepted", "conduct")
    where = f"/leads/{only_lead().number}"
    assert case in browser.get(where).text
    assert "尚未复核通过" in browser.get(where).text
    assert browser.post(f"{where}/cases/{case}/unlink", data={"reason": ""}).status_code == 409
    assert browser.post(f"{where}/cases/{case}/unlink", data={"reason": "关联有误"}).status_code == 303
    assert browser.get(f"{where}/cases/{case}/unlink").status_code == 404
    linked = moved(browser, only_lead(), "link", case=case.lower())
    assert (linked.status_code, browser.get(f"{where}/cases/{case}/unlink").status_code) == (303, 200)
    missing = moved(browser, only_lead(), "link", case="LC24-9999")
    assert (missing.status_code, "LC24-9999" in missing.text) == (422, True)


def test_two_leads_of_one_matter_are_shown_with_why_and_parted_again(bureau, as_person):
    words = "外国语学院六月二十五日发证，没有交三方协议的同学被告知证书暂缓领取，班里有七个人至今没有拿到学位证书。"
    with unit_of_work():
        first = bureau.lead(content=words).number
        later = bureau.lead(content=words, channel="GOV_MSG", reporter=None, named=False, reply_by=None).number
        for number in (first, later):
            reply_upward_if_owed(number, bureau)
    browser = as_person(bureau.officer)
    assert f'hx-get="/leads/{later}/same"' in browser.get(f"/leads/{later}").text
    shown = browser.get(f"/leads/{later}/same").text
    assert ("有一整段文字几乎相同" in shown, f"/leads/{later}/same/{first}" in shown) == (True, True)
    where = f"/leads/{later}/same/{first}"
    assert words in browser.get(where).text
    assert browser.post(where, data={"verdict": ""}).status_code == 422
    assert browser.post(where, data={"verdict": "same", "reason": "同一次发证"}).status_code == 303
    assert state_of(later) == "merged"
    assert later in browser.get(f"/leads/{first}").text
    version = db.session.scalar(select(Lead.version).filter_by(number=later))
    parted = browser.post(f"/leads/{later}/actions/part", data={"version": version, "reason": "不是同一次"})
    assert (parted.status_code, state_of(later)) == (303, "accepted")
    assert f"/leads/{later}/same/{first}" not in browser.get(f"/leads/{later}/same").text  # decided: proposed no more
    assert browser.get(f"/leads/{later}/same/LCX24-9999").status_code == 404


def test_a_case_is_found_for_a_lead_by_what_the_lead_names_and_by_its_number_and_nothing_of_it_is_told(
    bureau, as_person
):
    with unit_of_work():
        university, round_ = bureau.tree.university, bureau.round_
        sister = make_organisation("衡渊交通大学", "university", bureau.tree.province, short_code="HY")
        record = make_record(university, round_, student_no="202001110210", college=bureau.tree.college)
        lead = bureau.lead(content="学号202001110210的同学没有上班。")
        told = {"title": "%(who)s的登记", "title_params": {"who": "不该看到的标题"}}
        beside = make_case(university, round_, records=[record], **told)
        other = make_case(university, round_, **told)
        hidden = make_case(sister, round_, number="HY24-0003", **told)
        about_us = make_case(university, round_, concerns_id=university.id, **told)
        number, digits = lead.number, other.number[-4:]
        seen = {"beside": beside.number, "other": other.number}
        unseen = (hidden.number, about_us.number)
    browser, where = as_person(bureau.officer), f"/leads/{number}/actions/link"
    shown = browser.get(where).text
    assert (f'value="{seen["beside"]}"' in shown, seen["other"] in shown) == (True, False)
    assert ("案件核查的就是线索提到的学号" in shown, "您不能查看案件内容" in shown) == (True, True)
    searches = (
        (digits, [seen["other"]]),
        (seen["other"].lower(), [seen["other"]]),
        ("0", [seen["other"]]),
        ("202001110210", []),  # whom a case is about is not searched for
        ("%", []),
        ("\x00", []),
        ("", []),
    )
    for words, wanted in searches:
        answer = browser.post(where, data={"find": "1", "sought": words})
        found = answer.text.partition('id="f-found"')[2].partition("</fieldset>")[0]
        assert (answer.status_code, re.findall(r'name="case" value="([^"]+)"', found)) == (200, wanted)
        assert [each for each in (*unseen, "不该看到的标题") if each in answer.text] == []
    for number_sought in unseen:
        assert moved(browser, only_lead(), "link", sought=number_sought).status_code == 422
    assert linked_to() == []
    assert moved(browser, only_lead(), "link", sought=seen["other"]).status_code == 303
    assert moved(browser, only_lead(), "link", case=seen["beside"]).status_code == 303
    assert linked_to() == sorted(seen.values())
    assert "不该看到的标题" not in browser.get(f"/leads/{number}").text


def linked_to():
    db.session.expire_all()
    return sorted(db.session.scalars(select(Case.number).join(CaseLead, CaseLead.case_id == Case.id)))


def test_the_header_finds_a_lead_by_its_number_alone_for_whoever_may_read_it(bureau, as_person):
    with unit_of_work():
        lead = bureau.lead(receipt_hash="7KQ4M2XD9T3FHW6B", content="学号202001110210的同学没有上班。")
        kept = bureau.lead(concerns=bureau.tree.university)
        number, above = lead.number, kept.number
    officer = as_person(bureau.officer)
    exact = officer.post("/search", data={"words": number.lower()})
    assert (exact.status_code, exact.location) == (303, f"/leads/{number}")
    assert f"/leads/{number}" in officer.post("/search", data={"words": number[:5]}).text
    for words in ("7KQ4M2XD9T3FHW6B", "7KQ4-M2XD-9T3F-HW6B", "202001110210", "没有上班", CALL["title"], "欧阳晓明"):
        assert number not in officer.post("/search", data={"words": words}).text
    for words in (above, above[:5]):
        assert f"/leads/{above}" not in officer.post("/search", data={"words": words}, follow_redirects=True).text
    stranger = as_person(bureau.investigator)
    assert number not in stranger.post("/search", data={"words": number[:5]}).text
    assert stranger.post("/search", data={"words": number}).status_code == 200


def test_what_cannot_be_one_matter_has_no_button_and_says_why(bureau, as_person):
    with unit_of_work():
        first, later = bureau.lead().number, bureau.lead().number
    browser, where = as_person(bureau.officer), f"/leads/{later}/same/{first}"
    assert 'value="same"' in browser.get(where).text
    with unit_of_work():
        db.session.scalars(select(Lead).filter_by(number=first)).one().state = "answered"
    shown = browser.get(where).text
    assert ('value="same"' in shown, 'value="different"' in shown) == (False, True)
    assert f"线索 {first} 已办结、已并案或拟不予受理，不能并入" in shown


def reply_upward_if_owed(number, bureau):
    lead = db.session.scalars(select(Lead).filter_by(number=number)).one()
    if lead.reply_upward_by is not None:
        move_lead(lead, "accept", actor=actor_of(bureau.officer))
        reply_upward(lead, words="已核实并书面回复。", actor=actor_of(bureau.officer))


def state_of(number):
    db.session.expire_all()
    return db.session.scalar(select(Lead.state).filter_by(number=number))


def case_numbers():
    db.session.expire_all()
    return list(db.session.scalars(select(Case.number)))


def looks(action):
    db.session.expire_all()
    return db.session.query(JournalEntry).filter_by(chain=LOOKS, action=action).count()
