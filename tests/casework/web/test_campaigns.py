"""Pages of campaigns: from the draft to the truth about one graduate, by two people."""

import re

import pytest

from casework import clock
from casework.campaigns.models import Campaign, ContactTask
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.contact_tasks import Unreached, open_tasks
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
    send(drafter, f"{address}/edit/texts", bad)
    assert "不符合要求" in drafter.get(address).text
    send(drafter, f"{address}/act/freeze", status=409)
    assert "列入名单" in send(drafter, f"{address}/look/audience", {"classes": "中文2001班"}, status=200).text


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
