"""Pages of leads: no name stands in a list, what was typed comes back, and what is about a body leaves its sight."""

import re
from datetime import date, timedelta
from io import BytesIO

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.leads.models import Lead
from casework.operations.assign_lead import assign_lead
from casework.operations.link_lead import link_lead
from casework.operations.move_lead import move_lead
from casework.operations.reply_lead import ask_reporter
from casework.people.actors import actor_of
from casework.people.models import Person
from tests.casework.factories import make_case, make_person
from tests.casework.web.lead_bureau import CALL, moved, only_lead


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


def test_a_proposal_to_decline_waits_in_its_own_view_for_its_proposer_too(bureau, as_person):
    with unit_of_work():
        lead = bureau.lead()
        move_lead(lead, "decline", actor=actor_of(bureau.officer), reason="属于咨询")
        number = lead.number
    for person, sentence, other in (
        (bureau.officer, "须另一人确认", "由另一人确认不予受理"),
        (bureau.second, "由另一人确认不予受理", "须另一人确认"),
    ):
        text = as_person(person).get("/leads?view=confirm").text
        assert re.search(r'view=confirm" aria-current="page">\S+ <span>1<', text)
        assert (number in text, sentence in text, other in text) == (True, True, False)


def test_whoever_would_decline_hears_before_who_could_confirm_and_who_must_be_appointed(bureau, as_person):
    with unit_of_work():
        lead = bureau.lead()
        administrator = make_person("administrator", bureau.tree.university, name="管理一员")
        number, body = lead.number, bureau.tree.university.name
    browser, where = as_person(bureau.officer), f"/leads/{number}"
    form = f"{where}/actions/decline"
    assert f"提出以后由{bureau.second.name}确认" in browser.get(form).text
    away(bureau.second)
    assert f"只能由上级的{bureau.above.name}确认" in browser.get(form).text
    away(bureau.above)
    warned = browser.get(form).text
    assert "现在没有人可以确认" in warned
    assert f"联系系统管理员{administrator.name}，为{body}另行指定一名线索专员" in warned
    assert moved(browser, only_lead(), "decline", reason="属于咨询").status_code == 303
    assert f"请系统管理员{administrator.name}为{body}另行指定一名线索专员" in browser.get(where).text
    with unit_of_work():
        make_person("lead_officer", bureau.tree.university, name="新任专员")
    assert "须另一人确认：新任专员" in browser.get(where).text


def away(person):
    with unit_of_work():
        db.session.get_one(Person, person.id).absent_until = clock.today() + timedelta(days=60)


def test_a_lead_whose_cases_are_through_stands_on_the_desk_until_everybody_is_answered(bureau, as_person):
    with unit_of_work():
        there = (bureau.tree.university, bureau.round_)
        plain, owing, waiting = bureau.lead(), bureau.lead(channel="MOE_PHONE"), bureau.lead()
        for lead, state in ((plain, "corrected"), (owing, "corrected"), (waiting, "investigating")):
            case = make_case(*there, state=state, owner=bureau.investigator)
            case.accepted_at = clock.now() if state == "corrected" else None
            link_lead(lead, case, actor=actor_of(bureau.officer))
        numbers = plain.number, owing.number, waiting.number
    browser = as_person(bureau.officer)
    assert "2条线索的案件已复核通过" in browser.get("/leads").text
    text = browser.get("/leads?view=ready").text
    assert [number in text for number in numbers] == [True, True, False]
    assert "回复上级，再办结并答复" in text
    shown = [browser.get(f"/leads/{number}").text for number in numbers]
    told = "关联案件均已复核通过。"
    assert [told in page for page in shown] == [True, True, False]
    assert ["请先回复上级并登记" in page for page in shown] == [False, True, False]


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
    assert "尚未登记对上级的办结答复" in text
    assert {verb: browser.get(f"/leads/{number}/actions/{verb}").status_code for verb in offered} == dict.fromkeys(
        offered, 200
    )


def test_nobody_turns_a_lead_away_alone(bureau, as_person):
    with unit_of_work():
        bureau.lead(receipt_hash="x")
    browser = as_person(bureau.officer)
    assert moved(browser, only_lead(), "decline", reason="").status_code == 409
    assert moved(browser, only_lead(), "decline", reason="属于咨询，不是问题线索").status_code == 303
    refused = moved(browser, only_lead(), "confirm_decline")
    assert (refused.status_code, only_lead().state) == (409, "declining")
    assert "不能由您自己确认" in browser.get(f"/leads/{only_lead().number}").text
    second = as_person(bureau.second)
    assert "属于咨询，不是问题线索" in second.get(f"/leads/{only_lead().number}/actions/confirm_decline").text
    assert moved(second, only_lead(), "confirm_decline").status_code == 409  # its reporter would read no reason
    assert moved(second, only_lead(), "confirm_decline", words="属于劳动仲裁范围。").status_code == 303
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


def test_a_reply_upward_is_on_the_way_or_the_last_word_and_the_card_says_what_was_said_and_whether_in_time(
    bureau, as_person
):
    with unit_of_work():
        lead = bureau.lead(channel="MOE_PHONE", reporter=None, named=False, reply_by=date(2099, 8, 9))
        number = lead.number
    browser = as_person(bureau.officer)
    assert "还没有受理，不能登记办结答复" in browser.get(f"/leads/{number}/actions/upward").text
    assert moved(browser, only_lead(), "upward", words="正在核实。").status_code == 422  # nobody chose which it is
    assert moved(browser, only_lead(), "upward", words="正在核实。", kind="upward").status_code == 409
    assert moved(browser, only_lead(), "upward", words="正在核实。", kind="interim").status_code == 303
    shown = browser.get(f"/leads/{number}").text
    assert [word in shown for word in ("阶段性答复上级", "，期限照计", "本渠道没有规定期限")] == [True, True, False]
    moved(browser, only_lead(), "accept")
    assert moved(browser, only_lead(), "upward", words="已核实并更正。", kind="upward").status_code == 303
    shown = browser.get(f"/leads/{number}").text
    assert "规定期限的答复都已作出" in shown
    assert "本渠道没有规定期限" not in shown
    assert re.search(r"已答复，在期限2099年8月9日.*之前", shown)
