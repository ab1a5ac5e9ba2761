"""The page of rules: read whole, set otherwise only after a trial, and only by who administers the round."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import JOBS
from casework.jobs.keeping import keep
from casework.promises import Promise
from casework.screening.models import Run, ScreeningSettings
from casework.screening.rules import RULES
from tests.casework.factories import make_person
from tests.casework.sample_university import (
    HEADERS,
    graduate,
    hand_in,
    open_university,
    organisation,
    registration,
    round_,
)
from tests.casework.web.visitor import browser_of

SETTING = "dates_contradict.window_end"


@pytest.fixture
def people(app, settings, tmp_path):
    with clock.stopped_at(datetime(2024, 8, 31, 4, 0, tzinfo=UTC)):
        open_university()
        rows = [graduate(1, 毕业日期="2024-10-01", 统一社会信用代码="12345"), graduate(2, 毕业日期="2024-06-20")]
        hand_in(registration(tmp_path, *rows, headers=(*HEADERS, "毕业日期")), settings)
        with unit_of_work():
            round_()
            made = {role: make_person(role, organisation()) for role in ("administrator", "supervisor", "lead_officer")}
        yield {role: browser_of(app, person) for role, person in made.items()}


def newest(name):
    db.session.rollback()
    return db.session.scalars(select(Promise).filter_by(name=name).order_by(Promise.id.desc())).first()


def form(**changes):
    values = {
        f"{rule.code}.{setting.name}": "、".join(setting.default)
        if isinstance(setting.default, tuple)
        else str(setting.default)
        for rule in RULES
        for setting in rule.settings
    }
    return values | {"organisation": organisation().code} | changes


def try_out(browser, **changes):
    answer = browser.post("/screening/rules", data=form(**changes))
    assert answer.status_code == 303, answer.text
    keep(newest("back_test").ref, JOBS)
    return answer.headers["Location"]


def test_every_rule_stands_there_with_its_settings_and_its_innocent_explanation(people):
    text = people["supervisor"].get("/screening/rules").text
    for rule in RULES:
        assert f'id="{rule.code}"' in text
        assert all(setting.name in text for setting in rule.settings)
    assert "%(" not in text


def test_only_who_administers_gets_fields(people):
    assert f'name="{SETTING}"' in people["administrator"].get("/screening/rules").text
    assert f'name="{SETTING}"' not in people["supervisor"].get("/screening/rules").text
    assert people["lead_officer"].get("/screening/rules").status_code == 403


def test_settings_are_tried_then_saved_with_a_day_and_a_reason(people):
    browser = people["administrator"]
    where = try_out(browser, **{SETTING: "12-31"})
    text = browser.get(where).text
    assert "0条记录将新列为疑点，1条不再是疑点" in text
    assert "2020****0001" in text
    refused = browser.post(where, data={"effective_from": "2024-08-31", "reason": ""})
    assert refused.status_code == 422
    assert browser.post(where, data={"effective_from": "2024-08-31", "reason": "暑期补授"}).status_code == 303
    db.session.rollback()
    [stored] = db.session.scalars(select(ScreeningSettings))
    assert (stored.version, stored.values) == (1, {"dates_contradict": {"window_end": "12-31"}})
    text = browser.get("/screening/rules").text
    assert "暑期补授" in text
    assert 'value="12-31"' in text


WRONG = [({SETTING: "08-31"}, 409), ({"proof_reused.persons": "many"}, 422), ({"proof_reused.persons": "-1"}, 422)]


@pytest.mark.parametrize(("changes", "status"), WRONG)
def test_what_cannot_be_tried_comes_back_with_the_form(changes, status, people):
    answer = people["administrator"].post("/screening/rules", data=form(**changes))
    assert answer.status_code == status
    [(name, value)] = changes.items()
    assert f'name="{name}" value="{value}"' in answer.text
    assert newest("back_test") is None


def test_who_may_not_change_settings_may_not_try_them(people):
    assert people["supervisor"].post("/screening/rules", data=form(**{SETTING: "12-31"})).status_code == 403
    where = try_out(people["administrator"], **{SETTING: "12-31"})
    assert people["supervisor"].get(where).status_code == 403
    assert people["supervisor"].post(where, data={}).status_code == 403


def test_a_trial_can_be_stopped_from_its_page(people):
    browser = people["administrator"]
    browser.post("/screening/rules", data=form(**{SETTING: "12-31"}))
    ref = newest("back_test").ref
    assert "停止试算" in browser.get(f"/screening/rules/tried/{ref}").text
    assert browser.post(f"/screening/{ref}/stop").status_code == 303
    assert "未保留任何结果" in browser.get(f"/screening/rules/tried/{ref}").text


def test_a_screening_can_be_stopped_from_its_page_and_a_second_is_refused_in_a_sentence(people):
    browser = people["supervisor"]
    browser.post("/screening", data={"organisation": organisation().code})
    ref = newest("screen").ref
    assert "停止筛查" in browser.get(f"/screening/{ref}").text
    second = browser.post("/screening", data={"organisation": organisation().code}, follow_redirects=True)
    assert "同一时间只能有一次" in second.text
    assert people["lead_officer"].post(f"/screening/{ref}/stop", follow_redirects=False).status_code == 303
    assert newest("screen").stop_asked_at is None
    browser.post(f"/screening/{ref}/stop")
    assert "未保留任何结果" in browser.get(f"/screening/{ref}").text


def test_a_run_groups_its_rules_by_what_they_say_and_names_what_they_lack(people):
    browser = people["supervisor"]
    browser.post("/screening", data={"organisation": organisation().code})
    keep(newest("screen").ref, JOBS)
    db.session.rollback()
    text = browser.get(f"/screening/runs/{db.session.scalars(select(Run)).one().ref}").text
    assert text.index("事实互相矛盾") < text.index("可疑信号和统计异常") < text.index("只作佐证")
    assert "未运行，缺少：用人单位登记信息" in text
    assert "/screening/rules" in text


def test_a_rule_says_whether_it_ran_last_time(people):
    browser = people["supervisor"]
    assert "本轮还没有筛查过" in browser.get("/screening/rules").text
    browser.post("/screening", data={"organisation": organisation().code})
    keep(newest("screen").ref, JOBS)
    assert "因缺少数据没有运行" in browser.get("/screening/rules").text
