"""Pages of leads: no name stands in a list, what was typed comes back, and what is about a body leaves its sight."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from casework.cases.models import Case, CaseLead
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import LOOKS, JournalEntry
from casework.leads.models import Lead
from casework.operations.assign_lead import assign_lead
from casework.operations.move_lead import move_lead
from casework.operations.reply_lead import ask_reporter, reply_upward
from casework.operations.take_lead import take_lead
from casework.people.actors import actor_of
from casework.people.models import Appointment
from tests.casework.factories import NOON, make_case, make_person, make_round, make_tree

CALL = {
    "channel": "UNIV_PHONE",
    "received_at": "2024-07-29T09:30",
    "title": "反映学院扣发毕业证书",
    "content": "没有交三方协议的同学被告知证书暂缓领取，班里有七个人至今没有拿到。",
    "named": "1",
    "reporter_name": "欧阳晓明",
    "reporter_phone": "13800006021",
}


class Desk:
    """A university with two lead officers, one at the province, and people who have no business with leads."""

    def __init__(self):
        self.tree = make_tree()
        self.round_ = make_round()
        self.officer = make_person("lead_officer", self.tree.university, name="马贤刚")
        self.second = make_person("lead_officer", self.tree.university, name="贺知秋")
        self.above = make_person("lead_officer", self.tree.province, name="郑哲根")
        self.investigator = make_person("investigator", self.tree.university, name="李梦洁")
        self.supervisor = make_person("supervisor", self.tree.university, name="肖国舒")

    def lead(self, **given):
        return take_lead(
            **{
                "organisation": self.tree.university,
                "round": self.round_,
                "channel": "UNIV_PHONE",
                "received_at": NOON,
                "title": CALL["title"],
                "content": CALL["content"],
                "named": True,
                "reporter": {"name": "欧阳晓明", "phone": "13800006021"},
                "actor": actor_of(self.officer),
            }
            | given
        )


@pytest.fixture
def bureau(app):
    with unit_of_work():
        return Desk()


def only_lead():
    db.session.expire_all()
    return db.session.scalars(select(Lead)).one()


def test_a_call_is_written_down_and_stands_on_the_desk_without_a_word_of_it(bureau, as_person):
    browser = as_person(bureau.officer)
    assert browser.get("/leads/new").status_code == 200
    answer = browser.post("/leads/new", data=CALL)
    lead = only_lead()
    assert (answer.status_code, answer.location) == (303, f"/leads/{lead.number}")
    desk = browser.get("/leads").text
    assert lead.number in desk
    for word in (CALL["reporter_name"], CALL["reporter_phone"], CALL["title"], CALL["content"][:8]):
        assert word not in desk
    shown = browser.get(f"/leads/{lead.number}").text
    assert CALL["content"] in shown
    assert CALL["reporter_name"] not in shown


def moved(browser, lead, verb, **given):
    """Send the form of an action as it was shown just now."""
    return browser.post(f"/leads/{lead.number}/actions/{verb}", data={"version": lead.version} | given)


def test_what_was_typed_comes_back_with_the_fields_that_are_wrong(bureau, as_person):
    browser = as_person(bureau.officer)
    for changed, field in (
        ({"title": ""}, "title"),
        ({"reporter_name": ""}, "reporter_name"),
        ({"received_at": "昨天"}, "received_at"),
        ({"received_at": "2199-01-01T00:00"}, "received_at"),
        ({"reply_by": "9999-12-31"}, "reply_by"),
        ({"channel": "NOBODY"}, "channel"),
        ({"concerns": "nobody"}, "concerns"),
    ):
        answer = browser.post("/leads/new", data=CALL | changed)
        assert (answer.status_code, f'href="#f-{field}"' in answer.text) == (422, True), changed
        assert CALL["content"] in answer.text
        assert CALL["reporter_phone"] in answer.text
    assert db.session.scalars(select(Lead)).all() == []


def test_what_is_about_the_office_itself_goes_up_and_leaves_its_sight(bureau, as_person):
    university = bureau.tree.university
    browser = as_person(bureau.officer)
    assert bureau.tree.province.name in browser.get("/leads/new").text  # said before anything is saved
    files = {"files": (BytesIO(b"%PDF-1.4\n1 0 obj\n%%EOF\n"), "通知.pdf")}
    answer = browser.post("/leads/new", data=CALL | files | {"concerns": university.code, "violation": "N2"})
    assert (answer.status_code, answer.location) == (303, "/leads")
    number = only_lead().number
    assert (only_lead().organisation_id, len(only_lead().files)) == (bureau.tree.province.id, 1)
    for person in (bureau.officer, bureau.second):
        browser = as_person(person)
        assert number not in browser.get("/leads").text
        assert browser.get(f"/leads/{number}").status_code == 404
        assert browser.post(f"/leads/{number}/actions/accept", data={"version": 1}).status_code == 404
    assert number in as_person(bureau.above).get("/leads").text
    assert as_person(bureau.above).get(f"/leads/{number}").status_code == 200


def test_only_those_who_read_leads_find_the_desk(bureau, as_person):
    with unit_of_work():
        number = bureau.lead().number
    for person in (bureau.investigator, bureau.supervisor):
        browser = as_person(person)
        assert [browser.get(where).status_code for where in ("/leads", "/leads/new")] == [403, 403]
        assert browser.get(f"/leads/{number}").status_code == 404
        assert 'href="/leads"' not in browser.get("/me").text


def test_every_view_lists_what_it_names(bureau, as_person):
    browser = as_person(bureau.second)
    with unit_of_work():
        by = actor_of(bureau.officer)
        received = bureau.lead()
        taken, declining, ended = (bureau.lead(title=f"第{n}条") for n in range(3))
        pushed = bureau.lead(channel="MOE_PHONE", external_no="教办〔2024〕8号")
        asked = bureau.lead(receipt_hash="x")
        move_lead(taken, "accept", actor=by)
        assign_lead(taken, to=bureau.second, actor=by, reason="分担")
        move_lead(declining, "decline", actor=by, reason="属于咨询")
        move_lead(ended, "accept", actor=by)
        move_lead(ended, "answer", actor=by, outcome="not_a_complaint", words="已电话说明。", reason="属于咨询")
        ask_reporter(asked, words="是哪一天？", actor=by)
        all_open = {each.number for each in (received, taken, declining, pushed, asked)}
        wanted = {
            "all": all_open,
            "received": {received.number, pushed.number, asked.number},
            "mine": {taken.number},
            "confirm": {declining.number},
            "upward": {pushed.number},
            "asked": {asked.number},
            "closed": {ended.number},
        }
        everything = all_open | {ended.number}
    for view, numbers in wanted.items():
        text = browser.get(f"/leads?view={view}", headers={"HX-Request": "true", "HX-Target": "list"}).text
        assert {number for number in everything if number in text} == numbers, view
    assert "教办〔2024〕8号" in browser.get("/leads?channel=MOE_PHONE").text
    assert "没有符合条件的线索" in browser.get("/leads?channel=MOE_MAIL").text


def test_every_action_that_is_offered_has_its_form_and_the_others_say_why_not(bureau, as_person):
    with unit_of_work():
        lead = bureau.lead(channel="MOE_PHONE", receipt_hash="x")
        number = lead.number
        move_lead(lead, "accept", actor=actor_of(bureau.officer))
    browser = as_person(bureau.officer)
    text = browser.get(f"/leads/{number}").text
    offered = set(re.findall(rf'/leads/{number}/actions/([a-z_]+)"', text))
    assert offered >= {"triage", "tell", "ask", "upward", "transfer", "decline", "assign", "file"}
    assert "answer" not in offered
    assert "尚未登记对上级的回复" in text
    assert {verb: browser.get(f"/leads/{number}/actions/{verb}").status_code for verb in offered} == dict.fromkeys(
        offered, 200
    )


def test_nobody_turns_a_lead_away_alone(bureau, as_person):
    with unit_of_work():
        bureau.lead()
    browser = as_person(bureau.officer)
    assert moved(browser, only_lead(), "decline", reason="").status_code == 409
    assert moved(browser, only_lead(), "decline", reason="属于咨询，不是问题线索").status_code == 303
    refused = moved(browser, only_lead(), "confirm_decline")
    assert (refused.status_code, only_lead().state) == (409, "declining")
    assert "不能由您自己确认" in browser.get(f"/leads/{only_lead().number}").text
    second = as_person(bureau.second)
    assert "属于咨询，不是问题线索" in second.get(f"/leads/{only_lead().number}/actions/confirm_decline").text
    assert moved(second, only_lead(), "confirm_decline").status_code == 303
    assert only_lead().state == "declined"


def test_the_slower_of_two_overwrites_nothing(bureau, as_person):
    with unit_of_work():
        lead = bureau.lead()
        seen = lead.version
        move_lead(lead, "accept", actor=actor_of(bureau.second))
    answer = as_person(bureau.officer).post(
        f"/leads/{only_lead().number}/actions/decline", data={"version": seen - 1, "reason": "不属于受理范围"}
    )
    assert (answer.status_code, only_lead().state) == (409, "accepted")
    assert "不属于受理范围" in answer.text
    assert "仍按我填的提交" in answer.text


def test_a_lead_is_sorted_answered_and_ended(bureau, as_person):
    with unit_of_work():
        move_lead(bureau.lead(receipt_hash="x"), "accept", actor=actor_of(bureau.officer))
    browser = as_person(bureau.officer)
    sorted_ = moved(browser, only_lead(), "triage", scope="conduct", violation="N2", student_nos="2020302110123\n")
    assert (sorted_.status_code, only_lead().scope, only_lead().violations) == (303, "conduct", ["N2"])
    text = browser.get(f"/leads/{only_lead().number}").text
    assert ("不准将毕业证书" in text, "2020302110123" in text) == (True, False)
    assert moved(browser, only_lead(), "tell", words="已收到，正在核实。").status_code == 303
    assert only_lead().first_reply_at is not None
    refused = moved(browser, only_lead(), "answer", outcome="partly", words="已核实。")
    assert (refused.status_code, "已核实。" in refused.text, only_lead().state) == (409, True, "accepted")
    ended = moved(browser, only_lead(), "answer", outcome="partly", words="已核实。", reason="已由学院当场改正。")
    assert (ended.status_code, only_lead().state) == (303, "answered")


def test_a_lead_that_went_elsewhere_leads_back_to_the_desk(bureau, as_person):
    with unit_of_work():
        bureau.lead()
    browser = as_person(bureau.officer)
    assert moved(browser, only_lead(), "transfer", reason="不属于本校").status_code == 422
    answer = moved(browser, only_lead(), "transfer", reason="不属于本校", target=bureau.tree.province.code)
    assert answer.status_code == 303
    assert browser.get(answer.location).location == "/leads"


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


def test_files_are_added_and_opened_with_a_trace(bureau, as_person):
    with unit_of_work():
        bureau.lead()
    browser, lead = as_person(bureau.officer), only_lead()
    for content, status in ((None, 422), (b"MZ nothing to open", 422), (b"%PDF-1.4\n1 0 obj\n%%EOF\n", 303)):
        form = {"files": (BytesIO(content), "通知.pdf")} if content else {}
        answer = browser.post(f"/leads/{lead.number}/actions/file", data=form, content_type="multipart/form-data")
        assert answer.status_code == status
    (kept,) = only_lead().files
    where = f"/leads/{lead.number}/files/{kept.ref}"
    assert "通知.pdf" in browser.get(f"/leads/{lead.number}").text
    assert browser.get(where).data.startswith(b"%PDF")
    assert looks("lead:open_file") == 1
    assert browser.get(f"/leads/{lead.number}/files/x").status_code == 404


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
    assert (parted.status_code, state_of(later)) == (303, "received")
    assert f"/leads/{later}/same/{first}" not in browser.get(f"/leads/{later}/same").text  # decided: proposed no more
    assert browser.get(f"/leads/{later}/same/LCX24-9999").status_code == 404


def reply_upward_if_owed(number, bureau):
    lead = db.session.scalars(select(Lead).filter_by(number=number)).one()
    if lead.reply_upward_by is not None:
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
