"""Pages of campaigns: from the draft to the truth about one graduate, by two people."""

import re

import pytest
from flask_babel import force_locale

from casework import clock
from casework.campaigns.models import Campaign, ContactTask
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.contact_tasks import Unreached, open_tasks
from casework.rounds.models import CodeEntry
from casework.web.campaign_looks import degree_names
from tests.casework.campaigns.august import EVE, august, beijing
from tests.casework.factories import make_person
from tests.casework.web.visitor import browser_of

__all__ = ["august"]


@pytest.fixture
def visitors(august, app):
    return {name: browser_of(app, getattr(august, name)) for name in ("drafter", "approver")}


def send(visitor, address, data=None, *, status=303):
    answer = visitor.post(address, data=data or {})
    assert answer.status_code == status, answer.text
    return answer


def test_a_campaign_is_drafted_by_one_and_approved_by_another_on_the_page(august, visitors):
    everybody = august.graduates(6)
    drafter, approver = visitors["drafter"], visitors["approver"]
    with clock.stopped_at(EVE):
        place = send(drafter, "/campaigns", {"organisation": august.university.code, "name": "八月提醒"}).location
        shown = drafter.get(place).text
        assert "将提醒6人" in shown
        plan = {"first": "sms", "second": "smtp", "starts": "2024-08-01 10:00\n2024-08-08 10:00"}
        plan |= {"stop_on": "2024-08-31", "hour_from": "9", "hour_to": "20", "per_minute": "0"}
        send(drafter, f"{place}/edit/plan", plan)
        bad = send(drafter, f"{place}/edit/plan", plan | {"starts": "tomorrow"}, status=422)
        assert "tomorrow" in bad.text
        send(drafter, f"{place}/act/freeze")
        assert "等待另一名人员核准" in drafter.get(place).text
        campaign = db.session.query(Campaign).one()
        seen = {"audience_hash": campaign.audience_hash, "text_hash": campaign.text_hash}
        send(drafter, f"{place}/act/approve", seen, status=403)
        send(approver, f"{place}/act/approve", seen | {"text_hash": "other"}, status=409)
        page = approver.get(place).text
        assert campaign.audience_hash in page
        assert campaign.text_hash in page
        send(approver, f"{place}/act/approve", seen)
    august.look(beijing(1))
    august.carry(moment=beijing(1))
    with clock.stopped_at(beijing(1, 11)):
        assert "已提醒6人" in drafter.get(place).text
        assert drafter.get(f"{place}/progress").status_code == 200
        found = send(drafter, f"{place}/told", {"student_no": everybody[0].student_no}, status=200).text
        assert "给这名毕业生发过1次" in found
        assert everybody[0].student_no not in found
        assert "不在这项活动的名单内" in send(drafter, f"{place}/told", {"student_no": "x"}, status=200).text
        table = send(drafter, f"{place}/told.csv", {"reason": "核对"}, status=200)
        assert table.text.count("\r\n") == 7
        send(drafter, f"{place}/told.csv", {"reason": ""}, status=422)
        send(drafter, f"{place}/act/pause", {"reason": "内容有误"})
        assert "内容有误" in drafter.get(place).text
        assert drafter.get(f"{place}/progress").status_code == 200
        send(drafter, f"{place}/act/cancel", {"reason": "改用别的"})
        assert drafter.get(f"{place}/progress").status_code == 286


def test_the_form_of_texts_says_what_is_wrong_before_it_is_saved(august, visitors):
    campaign = august.draft()
    drafter = visitors["drafter"]
    address = f"/campaigns/{campaign.ref}"
    bad = {"sms_zh": "不确认的暂缓发放毕业证书", "smtp_zh": ""}
    shown = send(drafter, f"{address}/look/texts", bad, status=200).text
    assert "挂钩" in shown
    assert "还没有中文内容" in shown
    assert send(drafter, f"{address}/edit/texts", bad).location == f"{address}/edit/texts"
    assert "不符合要求" in drafter.get(address).text
    send(drafter, f"{address}/act/freeze", status=409)
    assert "列入名单" in send(drafter, f"{address}/look/audience", {"classes": "中文2001班"}, status=200).text


def test_what_is_wrong_with_a_saved_text_stands_at_its_field_until_it_is_mended(august, visitors):
    campaign = august.draft()
    drafter, address = visitors["drafter"], f"/campaigns/{campaign.ref}/edit/texts"
    good = {
        f"{channel}_{language}": campaign.texts[channel][language]
        for channel in ("sms", "smtp")
        for language in ("zh", "en")
    }
    send(drafter, address, good | {"sms_zh": "不确认的暂缓发放毕业证书，加微信 <b>"})
    shown = drafter.get(address).text
    assert "内容已保存，但还不能固定名单，也不能核准" in shown
    assert '<a href="#f-sms_zh">' in shown
    at_sms, at_mail = re.search(r'id="e-sms_zh">(.*?)</p>', shown), re.search(r'id="e-smtp_zh"', shown)
    assert "挂钩" in at_sms[1]
    assert "&lt;b&gt;" in shown
    assert "加微信 <b>" not in shown
    assert at_mail is None
    assert send(drafter, address, good).location == f"/campaigns/{campaign.ref}"
    assert "还不能固定名单" not in drafter.get(address).text


def test_a_wave_says_whom_it_can_reach_where_the_one_before_is_near(august, visitors):
    campaign = august.draft(starts=[beijing(1), beijing(2), beijing(8)])
    drafter, address = visitors["drafter"], f"/campaigns/{campaign.ref}"
    assert drafter.get(address).text.count("距上一批24小时，只发给上一批没有发到的人") == 1
    assert drafter.get(f"{address}/edit/plan").text.count("距上一批24小时") == 1
    plan = {"first": "sms", "second": "", "stop_on": "2024-08-31", "hour_from": "9", "hour_to": "20", "per_minute": "0"}
    for starts, sentence in (
        ("2024-08-01 10:00\n2024-08-05 10:00", "第2批"),
        ("2024-08-01 10:00\n2024-08-03 10:00", "距上一批48小时"),
        ("x", "每行一个时间"),
        ("", "还没有安排批次"),
    ):
        shown = send(drafter, f"{address}/look/plan", plan | {"starts": starts}, status=200).text
        assert sentence in shown
        assert ("距上一批" in shown) == ("48" in sentence)


def test_degrees_are_called_by_their_names_in_the_readers_language(august, visitors, app):
    (one,) = august.graduates(1)
    one.revision.degree_level = "31"
    names = {"name_zh": "本科生毕业", "name_en": "Bachelor, graduated"}
    db.session.add(CodeEntry(round_id=august.round.id, table="degree_level", code="31", attributes={}, **names))
    db.session.commit()
    campaign = august.draft(audience={"degrees": ["31"]})
    for address in (f"/campaigns/{campaign.ref}", f"/campaigns/{campaign.ref}/edit/audience"):
        assert "本科生毕业" in visitors["drafter"].get(address).text
    with app.test_request_context("/"), force_locale("en"):
        assert degree_names(campaign) == {"31": "Bachelor, graduated"}


def test_the_page_of_a_fixed_list_names_who_has_been_asked(august, visitors):
    august.graduates(1)
    campaign = august.frozen()
    assert "已通知高远" in visitors["drafter"].get(f"/campaigns/{campaign.ref}").text
    august.approver.appointments[0].role = "vice_leader"
    db.session.commit()
    assert "现在没有可以核准的人员" in visitors["drafter"].get(f"/campaigns/{campaign.ref}").text


def test_who_is_left_to_reach_is_work_for_a_person(august, visitors):
    (one,) = august.graduates(1)
    drafter = visitors["drafter"]
    with unit_of_work():
        open_tasks([Unreached(one.id, one.organisation_id, "undelivered")], campaign_id=None)
    task = db.session.query(ContactTask).one()
    assert "欧阳**" in drafter.get("/campaigns/tasks").text
    send(drafter, f"/campaigns/tasks/{task.ref}", {"outcome": "reached", "words": ""}, status=422)
    send(drafter, f"/campaigns/tasks/{task.ref}", {"outcome": "reached", "words": "电话联系"})
    assert "没有需要人工联系" in drafter.get("/campaigns/tasks").text


def test_the_unconfirmed_stand_by_college_and_class_in_the_order_of_names(august, visitors):
    august.graduates(1, of="物理学院")
    everybody = august.graduates(3)
    august.answer(everybody[0])
    drafter = visitors["drafter"]
    shown = drafter.get("/unconfirmed").text
    assert "3名毕业生还没有确认" in shown
    assert shown.index("文学院") < shown.index("物理学院")
    words = re.sub(r"<[^>]*>", "", shown.split("<main")[1].split("</main")[0])
    assert "%" not in words  # no shares: nothing to compare with
    people = drafter.get("/unconfirmed?college=文学院&class=中文2001班").text
    assert everybody[1].student_no not in people
    assert people.count("欧阳**") == 2


def test_pages_of_a_campaign_are_nothing_to_a_stranger(august, visitors, client):
    campaign = august.draft()
    assert client.get(f"/campaigns/{campaign.ref}").status_code in {302, 303, 401}
    assert visitors["drafter"].get("/campaigns/nothing").status_code == 404
    assert visitors["drafter"].get(f"/campaigns/{campaign.ref}/edit/x").status_code == 404


@pytest.mark.parametrize("role", ["administrator", "discipline_officer"])
def test_whoever_has_no_right_is_told_so_and_not_that_all_is_well(august, app, role):
    august.graduates(2)
    visitor = browser_of(app, make_person(role, august.university))
    db.session.commit()
    answers = [visitor.get(path).status_code for path in ("/campaigns", "/campaigns/tasks", "/unconfirmed")]
    assert answers == [403, 403, 403]
